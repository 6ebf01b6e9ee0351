// SPDX-License-Identifier: MIT
#include "remedy/shell_command.hpp"

#include "remedy/shell.hpp"

namespace nestprobe {

std::optional<ShellCommand> ShellCommand::with(Form form, std::initializer_list<std::string_view> words) {
    std::string_view rest = form.text;
    std::string command;
    for (const std::string_view word : words) {
        const auto place = rest.find("{}");
        if (place == std::string_view::npos || !ConfigWord::make(word)) return {};
        command.append(rest.substr(0, place)).append(word);
        rest.remove_prefix(place + 2);
    }
    return ShellCommand(command.append(rest));
}

ShellCommands one_command(Form form, std::initializer_list<std::string_view> words) {
    ShellCommands commands;
    if (std::optional<ShellCommand> command = ShellCommand::with(form, words))
        commands.push_back(std::move(*command));
    return commands;
}

ShellCommands these(std::initializer_list<Form> literals) {
    ShellCommands commands;
    for (const Form literal : literals) commands.push_back(ShellCommand::of_row(literal.text));
    return commands;
}

}  // namespace nestprobe
