// Finds out what renditions cost on this machine: a helper measures it once, in the background and
// at low priority, and the result is kept for the next start on the same kind of processor. Owned
// by the engine; on one loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "io/pipe_process.h"
#include "live/rendition_budget.h"

namespace io {
class Chores;
class Loop;
}  // namespace io

namespace live {

class RenditionMeasurement final : private io::PipeProcess::Handler {
 public:
  /// Everything outlives this object. Made before the loop runs, or on it.
  RenditionMeasurement(io::Loop& loop, io::Chores& chores, const RenditionSettings& settings,
                       RenditionBudget& budget);
  ~RenditionMeasurement();

  /// What the helper prints: {"decode":0.0031,"encode":0.0105,...}, or {"error":"sentence"}.
  static base::Expected<RenditionCost> parse(std::string_view line);

 private:
  struct Link {
    RenditionMeasurement* self = nullptr;
  };

  void on_output(base::Slice data) override;
  void on_error_line(std::string_view line) override;
  void on_exit(const std::string& how) override;
  void on_looked_up(std::string processor, std::string kept);
  std::string key() const;

  io::Loop& loop_;
  io::Chores& chores_;
  const RenditionSettings& settings_;
  RenditionBudget& budget_;
  const std::shared_ptr<Link> link_;  // shared with tasks that come back
  std::string processor_;
  std::string kept_;  // what was in the file
  std::string output_;
  std::unique_ptr<io::PipeProcess> process_;
};

}  // namespace live
