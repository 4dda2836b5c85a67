#include "cli/command_table.h"

namespace docquarry::cli {
namespace {

const OptionRow set{"--set", "NAME=VALUE", {}, Completes::nothing, "set a setting, see docs/configuration.md; may be repeated", ""};
const OptionRow server{
    "--server",        "URL", {}, Completes::nothing, "the service to speak to (default: DOCQUARRY_SERVER, http://127.0.0.1:8000)",
    "DOCQUARRY_SERVER"};
const OptionRow quiet{"-q,--quiet", "", {}, Completes::nothing, "show no progress", ""};
const OptionRow json{"--json", "", {}, Completes::nothing, "print what the service answers, one JSON object per line", ""};
const OptionRow pages{"--pages", "RANGES", {}, Completes::nothing, "only these pages, like 1-5,9 or 3-", ""};
const OptionRow password_file{
    "--password-file", "FILE", {}, Completes::files, "open encrypted documents with the first line of FILE", ""};
const OptionRow extractor{"--extractor",
                          "WHO",
                          {"auto", "local", "llamaparse"},
                          Completes::nothing,
                          "who extracts: local, llamaparse, or auto (as the service is set)",
                          ""};
const OptionRow output{"-o,--output", "FILE", {}, Completes::files, "write to FILE instead of standard output", ""};

OptionRow format(std::string default_format) {
  return {"-f,--format",
          "FORMAT",
          {"text", "markdown", "json", "ndjson"},
          Completes::nothing,
          "text, markdown, json or ndjson (default: " + default_format + ")",
          ""};
}

}  // namespace

const std::vector<CommandRow>& command_table() {
  static const std::vector<CommandRow> rows{
      {"serve",
       "",
       false,
       false,
       {},
       Completes::nothing,
       "run the service",
       "Runs the service until it is stopped by Ctrl-C or SIGTERM; then running requests finish, and what is unfinished goes on at "
       "the next "
       "start. Without any setting it listens on 127.0.0.1:8000 and keeps everything below ./data.",
       {{"--listen", "ADDRESS:PORT", {}, Completes::nothing, "where to listen (DOCQUARRY_LISTEN)", "DOCQUARRY_LISTEN"},
        {"--data", "DIR", {}, Completes::directories, "where to keep documents and results (DOCQUARRY_DATA)", "DOCQUARRY_DATA"},
        set}},
      {"extract",
       "FILE|DIR|- ...",
       true,
       true,
       {},
       Completes::files,
       "extract documents here, without a service",
       "Extracts every FILE, every *.pdf below every DIR, and standard input for -. Results come in the order of the arguments. A "
       "document "
       "that fails costs one line on standard error; the others go on.",
       {format("text"),
        pages,
        password_file,
        {"-j,--jobs",
         "N",
         {},
         Completes::nothing,
         "documents at once (default: DOCQUARRY_CONCURRENCY, the number of processors)",
         "DOCQUARRY_CONCURRENCY"},
        {"-o,--output", "FILE|DIR", {}, Completes::files, "write to FILE, or one file per document below DIR", ""},
        quiet,
        set}},
      {"upload",
       "FILE|DIR ...",
       true,
       true,
       {},
       Completes::files,
       "upload documents to a running service",
       "Uploads every FILE and every *.pdf below every DIR, and waits until they are processed. Prints one line per document: its "
       "id, its "
       "state and its name.",
       {{"--no-wait", "", {}, Completes::nothing, "return when everything is uploaded", ""},
        pages,
        password_file,
        extractor,
        json,
        quiet,
        server}},
      {"status",
       "ID ...",
       true,
       true,
       {},
       Completes::nothing,
       "say how far documents are",
       "Prints one line per document: its id, its state, its progress and its name.",
       {{"--wait", "", {}, Completes::nothing, "wait until all of them are finished", ""}, json, quiet, server}},
      {"result",
       "ID",
       true,
       false,
       {},
       Completes::nothing,
       "print the result of a document",
       "Prints what was extracted. While the document is still being processed this is an error, except for ndjson, which sends "
       "pages as they "
       "come.",
       {format("text"), output, server}},
      {"list",
       "",
       false,
       false,
       {},
       Completes::nothing,
       "list documents, newest first",
       "Prints one line per document: its id, its state, its pages and its name.",
       {{"--status",
         "STATE",
         {"PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"},
         Completes::nothing,
         "only documents in this state",
         ""},
        {"--name", "TEXT", {}, Completes::nothing, "only documents whose file name contains TEXT", ""},
        {"-n,--limit", "N", {}, Completes::nothing, "at most so many (default: all)", ""},
        json,
        server}},
      {"cancel",
       "ID ...",
       true,
       true,
       {},
       Completes::nothing,
       "stop the processing of documents",
       "What was finished before stays as it is.",
       {server}},
      {"retry",
       "ID ...",
       true,
       true,
       {},
       Completes::nothing,
       "process finished documents once more",
       "Failed and cancelled documents, too.",
       {server}},
      {"delete",
       "ID ...",
       true,
       true,
       {},
       Completes::nothing,
       "delete documents and their results",
       "There is no way back.",
       {server}},
      {"config",
       "",
       false,
       false,
       {},
       Completes::nothing,
       "show the settings and where each came from",
       "Values that are secret are masked. Ends with status 2 and says why when a setting is wrong.",
       {set}},
      {"migrate",
       "",
       false,
       false,
       {},
       Completes::nothing,
       "bring the database up to date",
       "The service does this at its start as well; run it alone to know when it happens.",
       {set}},
      {"queue",
       "ACTION",
       true,
       false,
       {"list", "pause", "resume", "drain", "redrive", "setup"},
       Completes::nothing,
       "look after the queue of tasks",
       "list shows what waits, what runs and what failed. pause lets workers take no more tasks, in all processes, until resume; "
       "what "
       "runs goes on. drain pauses and waits until nothing runs. redrive starts again what failed and may succeed now. setup "
       "creates "
       "the SQS queue with its dead-letter queue, or says how they differ from what is needed. Works beside a running service.",
       {{"--read-only",
         "",
         {},
         Completes::nothing,
         "pause: also refuse uploads and other changes, so that the service only reads",
         ""},
        {"--timeout",
         "TIME",
         {},
         Completes::nothing,
         "drain: wait at most so long, like 90s or 5m (default: as long as it takes)",
         ""},
        {"--repair", "", {}, Completes::nothing, "setup: change what differs", ""},
        {"--json", "", {}, Completes::nothing, "list: print one JSON object", ""},
        quiet,
        set}},
      {"import-redis",
       "",
       false,
       false,
       {},
       Completes::nothing,
       "import the original's documents that stand only in Redis",
       "Reads all_tasks and every task:ID in the Redis of the settings; what the database does not know becomes a document of the "
       "user "
       "migrated@system.local. What is known, by the key of its file, is left alone, so it can be run again. Ends with status 1 "
       "when "
       "something could not be imported.",
       {{"--dry-run", "", {}, Completes::nothing, "only say what would be imported", ""}, quiet, set}},
      {"reset",
       "",
       false,
       false,
       {},
       Completes::nothing,
       "delete all documents, results, files and tasks",
       "There is no way back. Asks twice, and then whether users go, too. Refuses hosts with \"prod\" and databases with "
       "\"production\" in "
       "their names. Deletes only what is ours: files that documents name or that lie under our prefix, and our keys in Redis. "
       "Stop the "
       "service first.",
       {{"--dry-run", "", {}, Completes::nothing, "only say what would be deleted", ""},
        {"--force", "", {}, Completes::nothing, "do not ask (users stay)", ""},
        {"--skip-database,--skip-postgres", "", {}, Completes::nothing, "leave the database alone", ""},
        {"--skip-redis", "", {}, Completes::nothing, "leave Redis alone", ""},
        {"--skip-files,--skip-s3", "", {}, Completes::nothing, "leave the files alone", ""},
        {"--skip-queue,--skip-sqs", "", {}, Completes::nothing, "leave the queue alone", ""},
        quiet,
        set}},
      {"migrate-store",
       "",
       false,
       false,
       {},
       Completes::nothing,
       "copy everything from other stores to those of the settings",
       "The settings name the new stores, the options the old ones. Users, documents, tasks, results and files keep their ids and "
       "keys. The old service may run meanwhile: first everything is copied while it works, then it only reads while the rest "
       "follows. "
       "What was interrupted goes on when it is run again. At the end the copies are counted and compared.",
       {{"--from-database", "STORE", {}, Completes::nothing, "the database to copy, like sqlite:./data/docquarry.db", ""},
        {"--from-files", "STORE", {}, Completes::nothing, "the files to copy, like file:./data/files", ""},
        {"--timeout", "TIME", {}, Completes::nothing, "how long running tasks may take to end (default: 10m)", ""},
        quiet,
        set}},
      {"completion",
       "SHELL",
       true,
       false,
       {"bash", "zsh", "fish"},
       Completes::nothing,
       "print the completions for a shell",
       "Use it like this: source <(docquarry completion bash)",
       {}},
      {"help", "COMMAND", false, false, {}, Completes::nothing, "describe a command", "The same as COMMAND --help.", {}},
  };
  return rows;
}

const CommandRow* command_named(std::string_view name) {
  for (const auto& row : command_table())
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace docquarry::cli
