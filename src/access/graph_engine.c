/* The class engine as the graph and the proof read it. */
#include "access/graph_internal.h"

static const struct access_row *engine_of_rows(void *self, uint32_t principal, uint32_t *count) { return engine_rows(self, principal, count); }
static uint32_t engine_of_question(void *self, uint32_t action) { return engine_question(self, action); }
static uint32_t engine_of_action(void *self, uint32_t bit) { return engine_question_action(self, bit); }
static uint32_t engine_of_count(void *self) { return engine_question_count(self); }

static bool engine_of_capped(void *self, uint32_t resource) { return engine_capped_row(self, resource); }

struct rights rights_of_engine(struct engine *e)
{
    return (struct rights){e, engine_of_rows, engine_of_question, engine_of_action, engine_of_count, engine_of_capped};
}
