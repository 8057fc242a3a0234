"""The columns of each table in each era (data-backup.md 4). An era is a version; two of them have two headers."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Era:
    version: int
    color: bool = False             # of contacts: always in 15, in 16 until app 4.72
    forward_security: bool = False  # of contacts: always in 18, in 19 until app 5.0.6

    @property
    def name(self):
        return str(self.version) + ("-color" if self.color and self.version == 16 else
                                    "-forward-security" if self.forward_security and self.version == 19 else "")

    @property
    def has_numbers(self):
        """Random numbers in the names of entries, instead of identities."""
        return self.version >= 19


ERAS = [Era(15, color=True), Era(16, color=True), Era(16), Era(18, forward_security=True),
        Era(19, forward_security=True), Era(19), Era(21), Era(22), Era(24), Era(25), Era(26), Era(27)]


def present(*columns):
    """The names of those that are there: each a text of names and a condition."""
    return [name for names, condition in columns if condition for name in names.split(",")]


def contacts(era):
    v = era.version
    return present(("identity,publickey,verification,acid", True), ("tacid", v <= 22),
                   ("firstname,lastname,nick_name", True), ("color", era.color), ("last_update", v >= 22),
                   ("hidden,archived", True), ("forward_security", era.forward_security), ("identity_id", v >= 19))


def messages(era, kind):
    """`kind`: message, group_message or distribution_list_message."""
    v, is_list = era.version, kind == "distribution_list_message"
    return present(("apiid,uid", True), ("identity", kind != "message"),
                   ("isoutbox,isread,issaved,messagestae,posted_at,created_at,modified_at,type,body", True),
                   ("isstatusmessage", True), ("isqueued", v <= 21), ("caption,quoted_message_apiid", True),
                   ("delivered_at,read_at", v >= 16), ("g_msg_states", v >= 18 and not is_list),
                   ("display_tags", v >= 21 and not is_list), ("edited_at,deleted_at", v >= 24 and not is_list))


def groups(era):
    v = era.version
    return present(("id,creator,groupname,created_at", True), ("last_update", v >= 22), ("members", True),
                   ("deleted", v <= 26), ("archived", True), ("groupDesc,groupDescTimestamp", v >= 18),
                   ("group_uid", v >= 19), ("user_state", v >= 25))


def lists(era):
    return present(("id,distribution_list_name,created_at", True), ("last_update", era.version >= 22),
                   ("distribution_members,archived", True))


BALLOT = ("id,aid,creator,ref,ref_id,name,state,assessment,type,choice_type,last_viewed_at,created_at,"
          "modified_at").split(",")
BALLOT_CHOICE = "id,ballot,aid,type,name,vote_count,order,created_at,modified_at".split(",")
BALLOT_VOTE = "id,ballot_uid,choice_uid,identity,choice,created_at,modified_at".split(",")
CONTACT_REACTIONS = "identity,api_message_id,sender_identity,emoji_sequence,reacted_at".split(",")
GROUP_REACTIONS = ("api_group_id,group_creator_identity,api_message_id,sender_identity,emoji_sequence,"
                   "reacted_at").split(",")
REACTION_COUNTS = ["contactReactions", "groupReactions"]
NONCES = ["nonces"]
NONCE_COUNTS = ["csp", "d2d"]
