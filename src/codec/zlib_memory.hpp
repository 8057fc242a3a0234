// The memory of zlib: its windows hold content, so it is wiped before it is freed.
#pragma once

#include <zlib.h>

#include <tresor/bytes.hpp>

namespace tresor::codec {

// For z_stream::zalloc and zfree.
voidpf wiping_alloc(voidpf, uInt items, uInt item_size);
void wiping_free(voidpf, voidpf at);

}  // namespace tresor::codec
