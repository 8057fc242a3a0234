// The model of JSON objects, as export.hpp draws them and model_json.hpp writes them.
//
// Strict: a member that is not known, or of another kind, is invalid_argument with a pointer to
// it, so that no slip of the pen is lost. What only a reader knows (the chat, the index, names,
// places of files, all of a quote but its `api_id`) is taken and left aside, so that what was
// exported can be given back as it is. No JSON is malformed.
//
// Of a message `body` counts as it stands; without it the content (`text`, `file`, `location`, ...)
// becomes the body, and the type where `type` is not given. `time` alone is when it was posted and
// created.
#pragma once

#include <tresor/bytes.hpp>
#include <tresor/data_backup/model.hpp>

#include "data_backup/json_members.hpp"

namespace tresor::data_backup {

Contact contact_of_json(ByteView json);
Group group_of_json(ByteView json);
DistributionList distribution_list_of_json(ByteView json);
Poll poll_of_json(ByteView json);
Message message_of_json(ByteView json);

// What a message says by its members but `body`; nothing if none of them says anything. A caption
// is that of a file.
std::optional<Content> content_of_json(JsonMembers& members, const std::string& caption);
// The same unread, where the body tells it better.
void ignore_content(JsonMembers& members);
// As the apps had them before there was the type `file` (6.2).
std::string legacy_body_of(const File& file, MessageType type);

}  // namespace tresor::data_backup
