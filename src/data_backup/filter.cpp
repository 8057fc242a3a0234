#include <tresor/data_backup/filter.hpp>

#include "data_backup/rewrite.hpp"

namespace tresor::data_backup {

Rewritten filter(const Source& source, ByteSink& into, const Password& new_password, const Cut& cut,
                 const WriteOptions& write, const ReadOptions& read) {
    require_archive_password(new_password);
    Sides sides;
    sides.push_back(std::make_unique<Side>(source, read));
    return Rewriter(sides, 0, cut, into, new_password, write).run();
}

}  // namespace tresor::data_backup
