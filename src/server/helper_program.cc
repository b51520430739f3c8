#include "server/helper_program.h"

#include "io/system.h"

namespace server {

std::string helper_program() {
  const std::string self = io::executable_path();
  return self.substr(0, self.rfind('/') + 1) + "rostrum-av";
}

}  // namespace server
