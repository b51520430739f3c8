#include "io/country_database.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "io/address.h"
#include "io/descriptor.h"

namespace io {
namespace {

using base::ErrorCode;
using Country = std::array<char, 2>;

// Networks of machines that are nowhere in particular (RFC 6890).
bool is_private_v4(std::uint32_t ip) {
  struct Network {
    std::uint32_t address;
    int bits;
  };
  static constexpr std::array kNetworks = {
      Network{0x00000000, 8},   // this network
      Network{0x0a000000, 8},   // private
      Network{0x64400000, 10},  // behind a provider's translation
      Network{0x7f000000, 8},   // loopback
      Network{0xa9fe0000, 16},  // link-local
      Network{0xac100000, 12},  // private
      Network{0xc0a80000, 16},  // private
  };
  return std::ranges::any_of(kNetworks, [ip](const Network& network) {
    return (ip ^ network.address) >> (32 - network.bits) == 0;
  });
}

bool is_private(const sockaddr_storage& native) {
  if (native.ss_family == AF_INET) {
    sockaddr_in address = {};
    std::memcpy(&address, &native, sizeof address);
    return is_private_v4(ntohl(address.sin_addr.s_addr));
  }
  sockaddr_in6 address = {};
  std::memcpy(&address, &native, sizeof address);
  const in6_addr& ip = address.sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&ip) || IN6_IS_ADDR_UNSPECIFIED(&ip) || IN6_IS_ADDR_LINKLOCAL(&ip) ||
         (ip.s6_addr[0] & 0xfe) == 0xfc;  // unique local, fc00::/7
}

// The text at `path` in the record, if it is a country's code.
std::optional<Country> code_at(MMDB_entry_s& entry, const char* const* path) {
  MMDB_entry_data_s data = {};
  if (MMDB_aget_value(&entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
      data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size != 2) {
    return {};
  }
  Country code = {data.utf8_string[0], data.utf8_string[1]};
  for (char& letter : code) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    if (letter < 'A' || letter > 'Z') return {};
  }
  return code;
}

}  // namespace

struct CountryDatabase::File {
  ~File() {
    if (is_open) MMDB_close(&database);
  }
  MMDB_s database = {};
  bool is_open = false;
};

CountryDatabase::CountryDatabase(std::unique_ptr<File> file) : file_(std::move(file)) {
  const MMDB_metadata_s& metadata = file_->database.metadata;
  if (metadata.database_type != nullptr) type_ = metadata.database_type;
  // Within what a time can hold; the file may say anything.
  const auto built = std::min(metadata.build_epoch, std::uint64_t{1} << 40);
  built_at_ = base::WallTime(std::chrono::seconds(built));
}

CountryDatabase::~CountryDatabase() = default;

base::Expected<std::unique_ptr<CountryDatabase>> CountryDatabase::open(const std::string& path) {
  auto file = std::make_unique<File>();
  errno = 0;
  const int result = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &file->database);
  const std::string what = "cannot open the country database " + path;
  const bool empty = result == MMDB_IO_ERROR && errno == EINVAL;  // nothing to map
  if ((result == MMDB_FILE_OPEN_ERROR || result == MMDB_IO_ERROR) && !empty) {
    return base::fail(system_error(what, errno == 0 ? EIO : errno));
  }
  if (result != MMDB_SUCCESS) {
    const bool memory = result == MMDB_OUT_OF_MEMORY_ERROR;
    return base::fail(memory ? ErrorCode::kIo : ErrorCode::kMalformed,
                      what + ": " + (empty ? "it is empty" : MMDB_strerror(result)));
  }
  file->is_open = true;
  return std::unique_ptr<CountryDatabase>(new CountryDatabase(std::move(file)));
}

std::array<char, 2> CountryDatabase::country_of(std::string_view ip) const {
  constexpr Country kUnknown = {};
  if (ip.empty()) return kUnknown;  // means "any" to Address
  const auto address = Address::parse(ip, 0);
  if (!address) return kUnknown;
  sockaddr_storage native = {};
  (void)address->to_native(native);
  (void)Address::from_native(native).to_native(native);  // no IPv4 inside IPv6 any more
  if (is_private(native)) return kUnknown;

  int failure = MMDB_SUCCESS;  // also for IPv6 addresses and a file of IPv4 alone
  const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&native));
  MMDB_lookup_result_s found = MMDB_lookup_sockaddr(&file_->database, generic, &failure);
  if (failure != MMDB_SUCCESS || !found.found_entry) return kUnknown;
  static constexpr std::array<const char*, 3> kMaxMind = {"country", "iso_code", nullptr};
  static constexpr std::array<const char*, 2> kFlat = {"country_code", nullptr};
  if (const auto code = code_at(found.entry, kMaxMind.data())) return *code;
  return code_at(found.entry, kFlat.data()).value_or(kUnknown);
}

}  // namespace io
