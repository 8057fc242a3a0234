/* A Safe in a folder, and back again. Run it in a folder of its own. */
#include <stdio.h>
#include <string.h>
#include <tresor.h>
#define TRY(call) if ((call) != TRESOR_OK) return fprintf(stderr, "%s\n", tresor_error_text()), 1
int main(void) {
    const char *id = "ECHOECHO", *word = "three quiet otters", *account = "{\"info\":{\"version\":1},\"user\":"
        "{\"privatekey\":\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\"},\"settings\":{\"syncContacts\":false}}";
    size_t words = strlen(word), size = strlen(account);
    tresor_place place = TRESOR_PLACE_INIT;
    tresor_storage_options create = TRESOR_STORAGE_OPTIONS_INIT;
    tresor_limits limits = TRESOR_LIMITS_INIT;
    tresor_storage *store;
    tresor_states *states;
    tresor_client *phone;
    tresor_buf lost = TRESOR_BUF_INIT;
    place.location = "safe";
    create.create = 1;
    TRY(tresor_storage_open(&store, &place, &create)); /* once */
    TRY(tresor_limits_put(store, &limits));
    TRY(tresor_states_open(&states, "state.json"));
    TRY(tresor_client_create(&phone, states, NULL, NULL));
    TRY(tresor_client_enable(NULL, NULL, phone, word, words, id, account, size, &place, NULL, 0, tresor_time_now()));
    TRY(tresor_client_tick(NULL, NULL, phone, account, size, 0, tresor_time_now())); /* every day: the cycle decides */
    TRY(tresor_safe_restore(&lost, NULL, NULL, &place, NULL, word, words, id)); /* with nothing but place, ID, password */
    puts((const char *)lost.data);
    tresor_buf_dispose(&lost), tresor_client_free(phone), tresor_states_free(states), tresor_storage_free(store);
    return 0;
}
