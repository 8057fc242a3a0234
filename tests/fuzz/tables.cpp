// Tables of an archive: whatever they hold, reading one ends, keeps no invalid contact, and finds
// no more in it than it has bytes for. The first byte says which table it is.

#include "data_backup/messages.hpp"
#include "data_backup/people.hpp"
#include "data_backup/polls.hpp"
#include "require.hpp"

using namespace tresor;
using namespace tresor::data_backup;

namespace {

void read_messages(ByteView text, ChatKind kind, const Reactions* reactions) {
    Chat chat;
    chat.kind = kind;
    chat.id = kind == ChatKind::contact ? "ECHOECHO" : "1";
    chat.entry = "message_1.csv";
    Findings findings;
    MessageTable table(std::make_unique<MemorySource>(text), chat, "MYSELF01", reactions, findings,
                       kind == ChatKind::group);
    std::uint64_t count = 0;
    for (Message message; table.next(message); ++count) {
        REQUIRE_THAT(message.index == count);
        REQUIRE_THAT(!message.outgoing || message.sender == "MYSELF01");
        content_of(message);
    }
    REQUIRE_THAT(count <= text.size());
}

void read_polls(ByteView text) {
    Findings findings;
    PollTables tables;
    MemorySource polls(text), choices(text), votes(text);
    tables.read_polls(polls, findings);
    tables.read_choices(choices, findings);
    tables.read_votes(votes, findings);
    std::size_t references = tables.references().size();
    REQUIRE_THAT(tables.take().size() == references);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    if (size == 0) return 0;
    ByteView text(data + 1, size - 1);
    MemorySource source(text);
    Findings findings;
    if (data[0] % 7 == 0)
        for (const Contact& contact : read_contacts(source, findings))
            REQUIRE_THAT(ThreemaId::parse(contact.identity));
    if (data[0] % 7 == 1) read_groups(source, "MYSELF01", findings);
    if (data[0] % 7 == 2) read_distribution_lists(source, findings);
    if (data[0] % 7 == 3) read_polls(text);
    if (data[0] % 7 > 3) {
        Reactions reactions;
        reactions.read(source, ChatKind::contact, findings);
        reactions.finish();
        read_messages(text, static_cast<ChatKind>(data[0] % 7 - 4), &reactions);
    }
    REQUIRE_THAT(findings.take().size() <= Findings::most + 1);
    return 0;
}
