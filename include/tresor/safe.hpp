// The Threema Safe backup: all of the room in one include. Reading order:
//
//     safe/keys.hpp        password and ID -> backup id and encryption key
//     safe/container.hpp   JSON text <-> the sealed bytes a server stores
//     safe/model.hpp       JSON text <-> the account as a typed model
//     safe/password.hpp    is this password good enough?
//     safe/cycle.hpp       upload now, or not, and why; when does the backup expire?
#pragma once

#include <tresor/safe/container.hpp>
#include <tresor/safe/cycle.hpp>
#include <tresor/safe/keys.hpp>
#include <tresor/safe/model.hpp>
#include <tresor/safe/password.hpp>
