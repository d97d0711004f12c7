package io.diffusion4j.a1111;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The running requests of this API, by principal. */
final class Drawings {
  private final Map<String, List<Drawing>> unanswered = new ConcurrentHashMap<>();

  void add(String principal, Drawing drawing) {
    unanswered.compute(
        principal,
        (name, others) -> {
          List<Drawing> all = others == null ? new CopyOnWriteArrayList<>() : others;
          all.add(drawing);
          return all;
        });
  }

  void remove(String principal, Drawing drawing) {
    unanswered.computeIfPresent(
        principal,
        (name, all) -> {
          all.remove(drawing);
          return all.isEmpty() ? null : all;
        });
  }

  /** Returns the requests of a principal, the oldest first. */
  List<Drawing> of(String principal) {
    return List.copyOf(unanswered.getOrDefault(principal, List.of()));
  }

  /** Returns the oldest request of a principal. */
  Optional<Drawing> oldest(String principal) {
    return of(principal).stream().findFirst();
  }
}
