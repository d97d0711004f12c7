package io.diffusion4j.mcp;

import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Values of principals by key, bounded in weight, so that no principal displaces the values of
 * another one with less. Where a limit is exceeded, the principal that holds most loses the value
 * that it did not use for the longest time; of several that hold as much, the one whose value is
 * the oldest. Thread-safe.
 */
final class PrincipalShares<V> {
  private final long most;
  private final long mostOfOne;
  private final Map<String, Held<V>> values = new LinkedHashMap<>(16, 0.75f, true); // by use
  private final Map<String, Long> weights = new HashMap<>(); // by principal
  private long weight;

  /** A value, its principal and its weight. */
  private record Held<V>(String principal, V value, long weight) {}

  /**
   * Creates an empty set.
   *
   * @param most the limit on the weight of all values
   * @param mostOfOne the limit on the weight of the values of one principal
   */
  PrincipalShares(long most, long mostOfOne) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  /** Adds a value under a new key. A value that is heavier than a limit is not kept. */
  synchronized void put(String principal, String key, V value, long weightOfIt) {
    if (weightOfIt > Math.min(most, mostOfOne)) {
      return;
    }
    values.put(key, new Held<>(principal, value, weightOfIt));
    weights.merge(principal, weightOfIt, Long::sum);
    weight += weightOfIt;
    while (weights.getOrDefault(principal, 0L) > mostOfOne) {
      removeOldest(held -> held.principal().equals(principal));
    }
    while (weight > most) {
      Long heaviest = Collections.max(weights.values());
      removeOldest(held -> heaviest.equals(weights.get(held.principal())));
    }
  }

  private void removeOldest(Predicate<Held<V>> fits) {
    Iterator<Held<V>> oldest = values.values().iterator();
    while (oldest.hasNext()) {
      Held<V> held = oldest.next();
      if (fits.test(held)) {
        oldest.remove();
        forget(held);
        return;
      }
    }
  }

  private void forget(Held<V> held) {
    weight -= held.weight();
    weights.computeIfPresent(
        held.principal(),
        (name, now) -> now > held.weight() ? Long.valueOf(now - held.weight()) : null);
  }

  /** Returns a value of a principal, which is used now; empty if it is gone, or of another one. */
  synchronized Optional<V> get(String principal, String key) {
    return Optional.ofNullable(values.get(key))
        .filter(held -> held.principal().equals(principal))
        .map(Held::value);
  }

  /** Removes a value. */
  synchronized void remove(String key) {
    Optional.ofNullable(values.remove(key)).ifPresent(this::forget);
  }

  /** Removes the values that fit. */
  synchronized void removeIf(Predicate<V> fits) {
    values
        .values()
        .removeIf(
            held -> {
              boolean gone = fits.test(held.value());
              if (gone) {
                forget(held);
              }
              return gone;
            });
  }
}
