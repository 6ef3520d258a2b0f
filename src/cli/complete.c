#include "cli/complete.h"

static bool hidden(const struct cli_option *o) { return o->type == OPTION_SECRET; }

/* Text inside single quotes of a shell. */
static void quoted(struct buf *b, struct str s, const char *also)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\'')
            buf_addz(b, "'\\''");
        else if (strchr(also, s.ptr[i]))
            buf_addf(b, "\\%c", s.ptr[i]);
        else
            buf_addc(b, s.ptr[i]);
    }
}

static void spaced_choices(struct buf *b, const struct cli_option *o)
{
    for (struct str rest = o->choices; rest.ptr;) {
        buf_add(b, str_cut(&rest, '|'));
        if (rest.ptr)
            buf_addc(b, ' ');
    }
}

static void bash_words(struct buf *b, const struct cli_table *t, const struct cli_verb *verb)
{
    buf_addf(b, "    %.*s) words='", STR_ARG(verb->name));
    for (size_t i = 0; i < t->option_count; i++)
        if (!hidden(&t->options[i]) && cli_option_applies(&t->options[i], verb))
            buf_addf(b, "--%.*s ", STR_ARG(t->options[i].name));
    if (str_eqz(verb->name, "help"))
        for (size_t i = 0; i < t->verb_count; i++)
            buf_addf(b, "%.*s ", STR_ARG(t->verbs[i].name));
    buf_addz(b, "' ;;\n");
}

/* "verb:--option" to its choices; the same option may have others with another verb. */
static void bash_values(struct buf *b, const struct cli_table *t, const struct cli_option *o)
{
    buf_addz(b, "    ");
    bool first = true;
    for (size_t i = 0; i < t->verb_count; i++) {
        if (!cli_option_applies(o, &t->verbs[i]))
            continue;
        buf_addf(b, "%s%.*s:--%.*s", first ? "" : "|", STR_ARG(t->verbs[i].name), STR_ARG(o->name));
        if (o->letter)
            buf_addf(b, "|%.*s:-%c", STR_ARG(t->verbs[i].name), o->letter);
        first = false;
    }
    if (o->type == OPTION_PATH) {
        buf_addz(b, ") COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n");
        return;
    }
    buf_addz(b, ") COMPREPLY=($(compgen -W '");
    spaced_choices(b, o);
    buf_addz(b, "' -- \"$current\")); return ;;\n");
}

void complete_bash(struct buf *b, const struct cli_table *t)
{
    buf_addz(b, "# bash completion of ward\n_ward() {\n"
                "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb='' words='' i\n"
                "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                "    case ${COMP_WORDS[i]} in\n    ");
    for (size_t i = 0; i < t->verb_count; i++)
        buf_addf(b, "%s%.*s", i ? "|" : "", STR_ARG(t->verbs[i].name));
    buf_addz(b, ") verb=${COMP_WORDS[i]}; break ;;\n    esac\n  done\n"
                "  # readline splits --option=value at the equals sign\n"
                "  if [[ $current == '=' ]]; then current=''\n"
                "  elif [[ $previous == '=' ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
                "  case $verb:$previous in\n");
    for (size_t i = 0; i < t->option_count; i++)
        if (!hidden(&t->options[i]) && (t->options[i].type == OPTION_CHOICE || t->options[i].type == OPTION_PATH))
            bash_values(b, t, &t->options[i]);
    buf_addz(b, "  esac\n  case $verb in\n    '') words='");
    for (size_t i = 0; i < t->verb_count; i++)
        buf_addf(b, "%.*s ", STR_ARG(t->verbs[i].name));
    buf_addz(b, "--help --version' ;;\n");
    for (size_t i = 0; i < t->verb_count; i++)
        bash_words(b, t, &t->verbs[i]);
    buf_addz(b, "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                "  if [[ ${#COMPREPLY[@]} == 0 && $current != -* ]]; then COMPREPLY=($(compgen -f -- \"$current\")); fi\n"
                "}\ncomplete -F _ward ward\n");
}

static void zsh_option(struct buf *b, const struct cli_option *o)
{
    buf_addf(b, "      %s'--%.*s%s[", o->many ? "'*'" : "", STR_ARG(o->name), o->argument.len ? "=" : "");
    quoted(b, o->help, "[]:\\");
    buf_addc(b, ']');
    if (o->argument.len) {
        buf_addf(b, ":%.*s:", STR_ARG(o->argument));
        if (o->type == OPTION_CHOICE) {
            buf_addc(b, '(');
            spaced_choices(b, o);
            buf_addc(b, ')');
        } else if (o->type == OPTION_PATH) {
            buf_addz(b, "_files");
        }
    }
    buf_addz(b, "' \\\n");
}

void complete_zsh(struct buf *b, const struct cli_table *t)
{
    buf_addz(b, "#compdef ward\n_ward() {\n  local -a verbs\n  verbs=(\n");
    for (size_t i = 0; i < t->verb_count; i++) {
        buf_addf(b, "    '%.*s:", STR_ARG(t->verbs[i].name));
        quoted(b, t->verbs[i].help, ":\\");
        buf_addz(b, "'\n");
    }
    buf_addz(b, "  )\n  if (( CURRENT == 2 )); then\n    _describe verb verbs\n    return\n  fi\n  case $words[2] in\n");
    for (size_t i = 0; i < t->verb_count; i++) {
        buf_addf(b, "    %.*s)\n      _arguments \\\n", STR_ARG(t->verbs[i].name));
        for (size_t j = 0; j < t->option_count; j++)
            if (!hidden(&t->options[j]) && cli_option_applies(&t->options[j], &t->verbs[i]))
                zsh_option(b, &t->options[j]);
        buf_addz(b, "      '*:argument:_files' ;;\n");
    }
    buf_addz(b, "  esac\n}\n_ward \"$@\"\n");
}

static void fish_description(struct buf *b, struct str text)
{
    buf_addz(b, "-d '");
    for (size_t i = 0; i < text.len; i++)
        buf_addf(b, "%s%c", text.ptr[i] == '\'' || text.ptr[i] == '\\' ? "\\" : "", text.ptr[i]);
    buf_addz(b, "'\n");
}

static void fish_option(struct buf *b, const struct cli_option *o)
{
    buf_addz(b, "complete -c ward ");
    if (!str_eqz(o->verbs, "*")) {
        buf_addz(b, "-n '__fish_seen_subcommand_from");
        for (struct str rest = o->verbs; rest.ptr;) {
            struct str verb = str_cut(&rest, ',');
            buf_addf(b, " %.*s", STR_ARG(verb));
        }
        buf_addz(b, "' ");
    }
    if (o->letter)
        buf_addf(b, "-s %c ", o->letter);
    buf_addf(b, "-l %.*s ", STR_ARG(o->name));
    if (o->type == OPTION_PATH) {
        buf_addz(b, "-r -F ");
    } else if (o->type == OPTION_CHOICE) {
        buf_addz(b, "-x -a '");
        spaced_choices(b, o);
        buf_addz(b, "' ");
    } else if (o->argument.len) {
        buf_addz(b, "-x ");
    }
    fish_description(b, o->help);
}

void complete_fish(struct buf *b, const struct cli_table *t)
{
    buf_addz(b, "# fish completion of ward\n");
    for (size_t i = 0; i < t->verb_count; i++) {
        buf_addf(b, "complete -c ward -n __fish_use_subcommand -f -a %.*s ", STR_ARG(t->verbs[i].name));
        fish_description(b, t->verbs[i].help);
    }
    for (size_t i = 0; i < t->option_count; i++)
        if (!hidden(&t->options[i]))
            fish_option(b, &t->options[i]);
}
