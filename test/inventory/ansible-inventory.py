"""`ansible-inventory -i SOURCE... --list`, and `--graph --vars`, for many inventories in one process, since Python takes a second to start.

Standard input: a JSON list of [directory, [source, ...]]. Standard output: a JSON list of [list, graph] as they were printed for each.
"""
import json
import os
import sys

import ansible.cli.inventory as program
import ansible.plugins.vars.host_group_vars as variables
from ansible.utils.context_objects import GlobalCLIArgs

printed = []
program.display.display = lambda text, *args, **kwargs: printed.append(text)
program.display.warning = lambda *args, **kwargs: None


def run(words):
    variables.FOUND.clear()
    printed.clear()
    # Options are one for a process, and would stay those of the first.
    GlobalCLIArgs._Singleton__instance = None
    try:
        command = program.InventoryCLI(["ansible-inventory", *words])
        command.parse()
        command.run()
    except SystemExit:
        pass
    return "".join(printed)


answers = []
for directory, sources in json.load(sys.stdin):
    os.chdir(directory)
    where = [word for source in sources for word in ("-i", source)]
    answers.append([run([*where, "--list"]), run([*where, "--graph", "--vars"])])
json.dump(answers, sys.stdout)
