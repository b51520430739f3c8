// Countries of IP addresses, from a MaxMind database file (GeoLite2-Country, GeoIP2-City, DB-IP and
// others of that format). The file is mapped: replace it by renaming another over it, never in
// place, and open() again to use the new one.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace io {

/// Immutable, so safe from every thread. A lookup takes about a microsecond and does not block,
/// once the pages of the file are in memory.
class CountryDatabase {
 public:
  /// kNotFound for a missing file, kMalformed for one that is no MaxMind database, kIo.
  static base::Expected<std::unique_ptr<CountryDatabase>> open(const std::string& path);
  ~CountryDatabase();
  CountryDatabase(const CountryDatabase&) = delete;
  CountryDatabase& operator=(const CountryDatabase&) = delete;

  /// Two upper-case letters (ISO 3166-1), or two zero octets for addresses that the file does not
  /// know, that are private, loopback or link-local, and for what is no address. IPv4 addresses in
  /// IPv6 notation (::ffff:1.2.3.4) are taken as IPv4.
  std::array<char, 2> country_of(std::string_view ip) const;

  /// What the file says about itself, for logs: "GeoLite2-Country".
  const std::string& type() const { return type_; }
  base::WallTime built_at() const { return built_at_; }

 private:
  struct File;
  explicit CountryDatabase(std::unique_ptr<File> file);

  const std::unique_ptr<File> file_;
  std::string type_;
  base::WallTime built_at_;
};

}  // namespace io
