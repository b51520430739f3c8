// rostrum: the server and its tools.
#include "server/cli.h"

int main(int count, char** words, char** environment) {
  return server::run_command_line(count, words, environment);
}
