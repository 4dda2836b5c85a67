// A real server for the tests of a driver: PostgreSQL, Redis, an S3 or an SQS, started by a script of tests/servers and stopped with the test.
//
// The script starts its server on free ports below a temporary directory, prints one line of JSON that says where it is, and ends, with
// everything it started, when its standard input is closed. So a test that crashes leaves nothing behind.
#pragma once

#include <boost/json.hpp>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace docquarry::contracts {

class TestServer {
 public:
  // `script` is a file of tests/servers. Throws with what the script said when the server does not start.
  explicit TestServer(const std::string& script, const std::vector<std::string>& arguments = {}) {
    int hold[2], answer[2];
    if (::pipe2(hold, O_CLOEXEC) != 0 || ::pipe2(answer, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    std::string path = (folder() / script).string();
    std::vector<char*> words{path.data()};
    std::vector<std::string> copies = arguments;
    for (auto& argument : copies) words.push_back(argument.data());
    words.push_back(nullptr);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(hold[0], 0);
      ::dup2(answer[1], 1);
      ::execv(path.c_str(), words.data());
      ::_exit(127);
    }
    ::close(hold[0]);
    ::close(answer[1]);
    hold_ = hold[1];
    std::string line = read_line(answer[0]);
    ::close(answer[0]);
    if (line.empty()) {
      stop();
      throw std::runtime_error(script + " did not start, see its output above");
    }
    facts_ = boost::json::parse(line).as_object();
  }
  TestServer(const TestServer&) = delete;
  ~TestServer() { stop(); }

  // What the script printed: "url" and whatever else its README line names.
  std::string fact(std::string_view name) const { return std::string(facts_.at(name).as_string()); }

 private:
  static std::filesystem::path folder() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../../../tests/servers";  // build/PRESET/bin/x_test
  }

  static std::string read_line(int fd) {
    std::string line;
    char c;
    while (::read(fd, &c, 1) == 1 && c != '\n') line += c;
    return line;
  }

  void stop() {
    ::close(hold_);
    ::waitpid(child_, nullptr, 0);
  }

  pid_t child_ = -1;
  int hold_ = -1;
  boost::json::object facts_;
};

}  // namespace docquarry::contracts
