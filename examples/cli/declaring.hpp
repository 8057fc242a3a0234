// How commands and their options are declared.
#pragma once

#include <CLI/CLI.hpp>

#include "tool.hpp"

namespace cli {

using Run = Report (*)(const Tool&);

// Keeps the tool whose options it fills.
class Declaring {
public:
    explicit Declaring(Tool& tool) : tool_(tool), given_(tool.given) {}

    Tool& tool() { return tool_; }
    Given& given() { return given_; }
    // Whether the command leads to a store.
    bool takes_store() const { return takes_store_; }

    static CLI::App& group(CLI::App& app, const char* name, const char* what, const char* example) {
        auto& made = *app.add_subcommand(name, what);
        made.require_subcommand(1);
        made.footer(std::string("Example: tresor ") + name + " " + example);
        return made;
    }

    CLI::App& command(CLI::App& parent, const char* name, Run run, const char* what,
                      const char* example) {
        auto& made = *parent.add_subcommand(name, what);
        made.footer(
            "Besides: --json --quiet --verbose --at TIME --password-file FILE (tresor --help)\n"
            "Example: tresor " +
            parent.get_name() + " " + name + " " + example);
        made.callback([this, &made, run] {
            tool_.command = run;
            takes_store_ = made.get_option_no_throw("--store-user") != nullptr;
        });
        return made;
    }

    static CLI::Option* option(CLI::App& command, const char* name, std::string& into,
                               const char* type, const char* what) {
        return command.add_option(name, into, what)->type_name(type);
    }

    void out(CLI::App& command, const char* name, const char* type, const char* what,
             bool required = true) {
        // What stands alone is its own name.
        option(command, name, given_.out, name[0] == '-' ? type : "", what)->required(required);
        command.add_flag("--force", given_.force, std::string("Replace an existing ") + type);
    }

protected:
    Tool& tool_;
    Given& given_;

private:
    bool takes_store_ = false;
};

// The commands on chat archives.
void add_data_commands(Declaring& declaring, CLI::App& data);
// FILE, and how it is read.
void add_archive(Declaring& declaring, CLI::App& command);

}  // namespace cli
