/* Runs a fuzz target over the files of a folder: what libFuzzer's main does, without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned char *slurp(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0 || ftell(f) < 0) {
        perror(path);
        exit(1);
    }
    *size = (size_t)ftell(f);
    rewind(f);
    /* Exactly as long as the file, so that ASan sees a read past its end. */
    unsigned char *data = malloc(*size ? *size : 1);
    if (!data || fread(data, 1, *size, f) != *size) {
        perror(path);
        exit(1);
    }
    fclose(f);
    return data;
}

int main(int argc, char **argv)
{
    struct dirent **names = NULL;
    int count = argc == 2 ? scandir(argv[1], &names, NULL, alphasort) : -1;
    int ran = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        if (names[i]->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], names[i]->d_name);
        size_t size;
        unsigned char *data = slurp(path, &size);
        fprintf(stderr, "%s\n", names[i]->d_name);
        LLVMFuzzerTestOneInput(data, size);
        free(data);
        ran++;
    }
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    printf("%d passed, %d failed\n", ran, ran ? 0 : 1);
    return ran ? 0 : 1;
}
