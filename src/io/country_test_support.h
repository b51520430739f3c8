// Country databases for tests, written by MaxMind's own writer for Perl. Inline: other modules'
// tests include this and need no more files.
#pragma once

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace io::test {

/// Writes a database in which each network ("81.2.69.0/24") is in its country ("GB"). Takes some
/// 200 ms. False if the writer is missing or fails. `shape` is `maxmind` or `flat`; `ip_version` of
/// 4 makes a file without IPv6.
inline bool write_country_database(const std::string& path,
                                   const std::vector<std::pair<std::string, std::string>>& networks,
                                   const std::string& shape = "maxmind", int ip_version = 6) {
  static constexpr const char* kScript = R"(
    use strict; use warnings; use MaxMind::DB::Writer::Tree;
    my ($path, $shape, $version) = @ARGV;
    my %types = (country => "map", iso_code => "utf8_string", country_code => "utf8_string",
                 names => "map", en => "utf8_string");
    my $tree = MaxMind::DB::Writer::Tree->new(
      ip_version => $version, record_size => 24, database_type => "Test-Country",
      languages => ["en"], description => { en => "for tests" },
      remove_reserved_networks => 0, map_key_type_callback => sub { $types{$_[0]} });
    while (<STDIN>) {
      my ($network, $country) = split;
      $tree->insert_network($network, $shape eq "flat" ? { country_code => $country }
        : { country => { iso_code => $country, names => { en => "Country $country" } } });
    }
    open my $out, ">:raw", $path or die "$path: $!";
    $tree->write_tree($out);
    close $out or die "$path: $!";
  )";
  const std::string command = "perl -e '" + std::string(kScript) + "' '" + path + "' " + shape +
                              " " + std::to_string(ip_version);
  std::FILE* writer = ::popen(command.c_str(), "w");
  if (writer == nullptr) return false;
  for (const auto& [network, country] : networks) {
    std::fprintf(writer, "%s %s\n", network.c_str(), country.c_str());
  }
  return ::pclose(writer) == 0;
}

}  // namespace io::test
