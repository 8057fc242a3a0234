#include "program.hpp"

#include <filesystem>
#include <new>

namespace program {

using tresor::Errc;
using tresor::Error;

Error current_error() {
    try {
        throw;
    } catch (const Error& error) {
        return error;
    } catch (const std::filesystem::filesystem_error& error) {
        return Error(Errc::io, error.path1().string() + ": " + error.code().message());
    } catch (const std::bad_alloc&) {
        return Error(Errc::out_of_memory, "out of memory");
    } catch (const std::exception& error) {
        return Error(Errc::internal, error.what());
    }
}

}  // namespace program
