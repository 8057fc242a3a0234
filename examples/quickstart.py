"""A Safe in a folder, and back again. Run it in a folder of its own."""
import tresor

account = tresor.Account(tresor.User(private_key=bytes([7] * 32)))
with tresor.open_storage("safe", create=True) as store:
    store.put_limits()  # once
with tresor.SafeClient("state.json", "safe") as phone:
    phone.enable("three quiet otters", "ECHOECHO", account)  # once
    phone.tick(account)  # every day, every start: the cycle decides
lost = tresor.restore("safe", "three quiet otters", "ECHOECHO")
assert lost.to_account() == account
