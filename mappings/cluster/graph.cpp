#include "mappings/cluster/graph.hpp"

#include "core/invariant.hpp"

namespace einsight::mappings::cluster {
namespace {

void checkAfter(const std::vector<int>& after, std::size_t tasks) {
  for (const int task : after) {
    EINSIGHT_INVARIANT(task >= 0 && static_cast<std::size_t>(task) < tasks,
                       "a task may wait only for tasks before it");
  }
}

} // namespace

int Graph::compute(int device, std::string name, double seconds, std::vector<int> after,
                   double delay, double flops) {
  checkAfter(after, tasks_.size());
  Task task;
  task.name = std::move(name);
  task.device = device;
  task.seconds = seconds;
  task.flops = flops;
  task.delay = delay;
  task.after = std::move(after);
  tasks_.push_back(std::move(task));
  return static_cast<int>(tasks_.size()) - 1;
}

int Graph::message(int from, int to, std::string name, double bytes, std::vector<int> after,
                   bool launched) {
  checkAfter(after, tasks_.size());
  EINSIGHT_INVARIANT(from != to, "a message goes to another device");
  Task task;
  task.kind = Task::Kind::Message;
  task.name = std::move(name);
  task.device = from;
  task.to = to;
  task.bytes = bytes;
  task.launched = launched;
  task.after = std::move(after);
  tasks_.push_back(std::move(task));
  return static_cast<int>(tasks_.size()) - 1;
}

} // namespace einsight::mappings::cluster
