/* A Safe in a folder, and back again. Run it in a folder of its own. */
#include <stdio.h>
#include <string.h>
#include <tresor.h>

#define TRY(call) if ((call) != TRESOR_OK) return fprintf(stderr, "%s\n", tresor_error_text()), 1

int main(void) {
    const char *password = "three quiet otters", *account =
        "{\"info\":{\"version\":1},\"user\":{\"privatekey\":\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\"}}";
    tresor_place place = TRESOR_PLACE_INIT;
    tresor_storage_options options = TRESOR_STORAGE_OPTIONS_INIT;
    tresor_limits limits = TRESOR_LIMITS_INIT;
    tresor_storage *store;
    tresor_states *states;
    tresor_client *phone;
    tresor_buf lost = TRESOR_BUF_INIT;
    place.location = "safe";
    options.create = 1;
    TRY(tresor_storage_open(&store, &place, &options)); /* once */
    TRY(tresor_limits_put(store, &limits));
    TRY(tresor_states_open(&states, "state.json"));
    TRY(tresor_client_create(&phone, states, NULL, NULL));
    TRY(tresor_client_enable(NULL, NULL, phone, password, strlen(password), "ECHOECHO", account, strlen(account),
                             &place, NULL, 0, tresor_time_now()));
    TRY(tresor_client_tick(NULL, NULL, phone, account, strlen(account), 0, tresor_time_now())); /* every day */
    TRY(tresor_safe_restore(&lost, NULL, NULL, &place, NULL, password, strlen(password), "ECHOECHO"));
    puts((const char *)lost.data);
    tresor_buf_dispose(&lost), tresor_client_free(phone), tresor_states_free(states), tresor_storage_free(store);
    return 0;
}
