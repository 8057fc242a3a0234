// NULL in every pointer of a function.
#pragma once

#include <set>
#include <tuple>

#include "capi/c.hpp"

namespace test::c {

// Which functions were, in all files.
inline std::set<std::string> tried;

// Of what came out of a call.
template <class T>
void give_back(T value) {
    if constexpr (std::is_same_v<T, tresor_buf*>) tresor_buf_dispose(value);
}

// Calls with each pointer NULL in turn. `optional`: the numbers of arguments that may be.
template <class... Parameters, class... Arguments, std::size_t... I>
void each_null(const char* name, int (*function)(Parameters...), std::set<std::size_t> optional,
               std::index_sequence<I...>, Arguments... arguments) {
    tried.insert(name);
    auto with_null = [&](std::size_t null) {
        auto choose = [&]<class P>(std::size_t i, P value) -> P {
            if constexpr (std::is_pointer_v<P>)
                return i == null ? nullptr : value;
            else
                return value;
        };
        int status = function(choose(I, static_cast<Parameters>(arguments))...);
        (give_back(arguments), ...);
        return status;
    };
    (
        [&] {
            if constexpr (std::is_pointer_v<Parameters>) {
                CAPTURE(name);
                CAPTURE(I);
                int status = with_null(I);
                if (optional.contains(I)) {
                    CHECK_MESSAGE(status == TRESOR_OK, tresor_error_text());
                } else {
                    CHECK(status == TRESOR_INVALID_ARGUMENT);
                    CHECK(*tresor_error_text() != '\0');
                }
            }
        }(),
        ...);
}

#define NULLS(function, optional, ...)                                                         \
    each_null(                                                                                 \
        #function, function, optional,                                                         \
        std::make_index_sequence<std::tuple_size_v<decltype(std::make_tuple(__VA_ARGS__))>>(), \
        __VA_ARGS__)
using May = std::set<std::size_t>;

}  // namespace test::c
