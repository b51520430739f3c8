// What is in the spool now, for viewers on any thread: running recordings, those that wait for
// their end, and running time shifts. The recorder puts snapshots here, about one every two seconds
// for each; everybody may read.
//
// A file of the spool goes away some time (kSpoolGrace) after it has been stored, and then is an
// object. A reader tries the spool first and, if the file is not there, the store; both have the
// same octets. A file that is open stays readable. The last segment's file (`complete` is false)
// grows: only the octets of its pieces are read.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "base/ids.h"
#include "record/catalog.h"
#include "record/record.h"

namespace record {

/// A stored file stays in the spool for so long, for those who were told of it.
inline constexpr std::chrono::seconds kSpoolGrace{30};

/// One recording as it stood at some time. Immutable.
struct ShelfItem {
  Facts facts;  // figures are those of the last notice
  std::shared_ptr<const Catalog> catalog;
  /// A broadcast is on the air in it.
  bool running = false;
};

class Shelf {
 public:
  /// The folder of all recordings' spools, see record/layout.h.
  explicit Shelf(std::string spool) : spool_(std::move(spool)) {}

  const std::string& spool() const { return spool_; }
  /// Null if it is not in the spool: it is in the store as a whole, or nowhere.
  std::shared_ptr<const ShelfItem> find(std::string_view recording) const;
  /// What is being recorded or held for going back of this channel now; null if nothing is.
  std::shared_ptr<const ShelfItem> running(const base::ChannelId& channel) const;

  // For the recorder.
  void put(std::shared_ptr<const ShelfItem> item);
  void remove(std::string_view recording);

 private:
  struct Contents {
    std::map<std::string, std::shared_ptr<const ShelfItem>, std::less<>> items;
    std::map<base::ChannelId, std::string> running;  // newest recording of a channel
  };

  const std::string spool_;
  base::Guarded<Contents> contents_;
};

}  // namespace record
