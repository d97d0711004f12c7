package io.diffusion4j.distributed;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.train.group.AllReduce;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.PeerLostException;
import io.diffusion4j.nn.train.group.Round;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.tensorflow.internal.c_api.TFE_TensorHandle;

/**
 * Sums over processes by TensorFlow's collectives over gRPC. Each {@link Round} is one collective
 * of its members. Numbers of single processes are broadcast, with half of a sum's traffic.
 *
 * <p>A process has one instance for its lifetime: TensorFlow cannot stop its server.
 */
public final class Collectives implements AllReduce {
  /** Numbers are summed in pieces of a megabyte, which stay in the second-level cache. */
  private static final int PIECE = 1 << 18;

  /** The number of pieces at once: one is computed while the other is sent. */
  private static final int AT_ONCE = 2;

  /** The time for the last sum to reach the others before this process ends. */
  private static final Duration FAREWELL = Duration.ofMillis(300);

  private static final Pattern TASK = Pattern.compile("/task:([0-9]+)");

  private final ClusterSpec cluster;
  private final Patience patience;
  private final Eager eager;
  private final Watchdog watchdog;
  private final List<Round> rounds;
  private final Map<Integer, TFE_TensorHandle> scalars = new HashMap<>();
  private final Map<Integer, TFE_TensorHandle> shapes = new HashMap<>();
  private final ExecutorService pool;
  private int instances;

  private Collectives(ClusterSpec cluster, Patience patience) {
    this.cluster = cluster;
    this.patience = patience;
    try {
      eager = new Eager(cluster);
    } catch (Eager.Failure e) {
      throw Check.refusal(
          "cluster", cluster.address() + ", " + e.reason(), "a port that is free here");
    }
    watchdog =
        new Watchdog(allowed -> eager.abort("no answer for " + allowed.toMillis() / 1000.0 + " s"));
    rounds = Round.of(cluster.rank(), cluster.size());
    pool =
        Executors.newFixedThreadPool(
            AT_ONCE,
            task -> {
              var thread = new Thread(task, "collective");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Connects to the other processes.
   *
   * @throws PeerLostException if one of them does not come in time
   * @throws IllegalArgumentException if the port of this process is in use, or if the processes do
   *     not agree on the cluster
   */
  public static Group join(ClusterSpec cluster, Patience patience) {
    return cluster.size() == 1 ? Group.alone() : Group.of(meet(cluster, patience));
  }

  /**
   * Connects to the other processes of a cluster with more than one.
   *
   * @return the sums without the group
   */
  public static AllReduce meet(ClusterSpec cluster, Patience patience) {
    var collectives = new Collectives(cluster, patience);
    var flag = collectives.summed(1);
    flag.put(0, new float[] {1}, 0, 1);
    flag.sum(patience.toMeet());
    Group.of(collectives).requireSame("cluster", String.join(",", cluster.addresses()));
    return collectives;
  }

  @Override
  public int rank() {
    return cluster.rank();
  }

  @Override
  public int size() {
    return cluster.size();
  }

  @Override
  public Buffer buffer(int count) {
    return summed(count);
  }

  private Pieces summed(int count) {
    return new Pieces(count, Summed::new);
  }

  private TFE_TensorHandle scalar(int value) {
    return scalars.computeIfAbsent(value, eager::scalar);
  }

  @Override
  public Buffer gathered(int[] counts) {
    return new Gathered(counts);
  }

  /** Numbers that are exchanged at once. */
  private abstract static class Piece {
    final int count;

    Piece(int count) {
      this.count = count;
    }

    /** Sets some of this process's numbers. */
    abstract void put(int at, float[] values, int from, int some);

    abstract void exchange();

    /** Returns what the last exchange has brought; empty before the first one. */
    abstract Optional<Eager.Numbers> result();

    abstract void close();
  }

  /** Numbers that all processes sum, round by round. */
  private final class Summed extends Piece {
    private final Eager.Numbers own;
    private final Optional<Eager.Numbers> nothing;
    private final List<Eager.Keys> keys = new ArrayList<>();
    private Optional<Eager.Numbers> sum = Optional.empty();

    Summed(int count) {
      super(count);
      own = Eager.Numbers.allocate(count);
      boolean isIdle = rounds.stream().anyMatch(round -> !round.contributes());
      nothing = isIdle ? Optional.of(Eager.Numbers.allocate(count)) : Optional.empty();
      nothing.ifPresent(
          numbers -> {
            for (int i = 0; i < count; i++) {
              numbers.floats().put(i, Round.NOTHING);
            }
          });
      instances++;
      for (Round round : rounds) {
        keys.add(
            new Eager.Keys(scalar(round.members().size()), scalar(round.key()), scalar(instances)));
      }
    }

    @Override
    void put(int at, float[] values, int from, int some) {
      own.floats().put(at, values, from, some);
    }

    @Override
    void exchange() {
      forget();
      Optional<Eager.Numbers> latest = Optional.empty();
      for (int i = 0; i < rounds.size(); i++) {
        var summand = rounds.get(i).contributes() ? latest.orElse(own) : nothing.orElse(own);
        try {
          var next = eager.sum(summand, count, keys.get(i));
          latest.ifPresent(Eager.Numbers::close);
          latest = Optional.of(next);
        } catch (Eager.Failure e) {
          latest.ifPresent(Eager.Numbers::close);
          throw e;
        }
      }
      sum = latest;
    }

    @Override
    Optional<Eager.Numbers> result() {
      return sum;
    }

    private void forget() {
      sum.ifPresent(Eager.Numbers::close);
      sum = Optional.empty();
    }

    @Override
    void close() {
      forget();
      own.close();
      nothing.ifPresent(Eager.Numbers::close);
    }
  }

  /** Numbers of this process, which the others receive. */
  private final class Sent extends Piece {
    private final Eager.Numbers own;
    private final Eager.Keys keys = keysOfAll();

    Sent(int count) {
      super(count);
      own = Eager.Numbers.allocate(count);
    }

    @Override
    void put(int at, float[] values, int from, int some) {
      own.floats().put(at, values, from, some);
    }

    @Override
    void exchange() {
      eager.send(own, count, keys);
    }

    @Override
    Optional<Eager.Numbers> result() {
      return Optional.of(own);
    }

    @Override
    void close() {
      own.close();
    }
  }

  /** Numbers of another process. */
  private final class Received extends Piece {
    private final Eager.Keys keys = keysOfAll();
    private final TFE_TensorHandle shape;
    private Optional<Eager.Numbers> numbers = Optional.empty();

    Received(int count) {
      super(count);
      shape = shapes.computeIfAbsent(count, eager::shape);
    }

    @Override
    void put(int at, float[] values, int from, int some) {}

    @Override
    void exchange() {
      close();
      numbers = Optional.of(eager.receive(count, shape, keys));
    }

    @Override
    Optional<Eager.Numbers> result() {
      return numbers;
    }

    @Override
    void close() {
      numbers.ifPresent(Eager.Numbers::close);
      numbers = Optional.empty();
    }
  }

  /** Returns the key of the next exchange of all processes. */
  private Eager.Keys keysOfAll() {
    instances++;
    int afterRounds = 1 + cluster.size() * cluster.size();
    return new Eager.Keys(scalar(cluster.size()), scalar(afterRounds), scalar(instances));
  }

  /** Numbers in pieces. */
  private final class Pieces implements Buffer {
    private final int count;
    private final List<Piece> pieces = new ArrayList<>();

    Pieces(int count, IntFunction<Piece> piece) {
      this.count = count;
      for (int from = 0; from < count; from += PIECE) {
        pieces.add(piece.apply(Math.min(PIECE, count - from)));
      }
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    public void put(int at, float[] values, int from, int some) {
      for (int done = 0; done < some; ) {
        int place = (at + done) % PIECE;
        int now = Math.min(some - done, PIECE - place);
        pieces.get((at + done) / PIECE).put(place, values, from + done, now);
        done += now;
      }
    }

    @Override
    public void get(int at, float[] into, int from, int some) {
      for (int done = 0; done < some; ) {
        int place = (at + done) % PIECE;
        int now = Math.min(some - done, PIECE - place);
        pieces
            .get((at + done) / PIECE)
            .result()
            .orElseThrow(() -> new IllegalStateException("sums: none (expected: sum() before)"))
            .floats()
            .get(place, into, from + done, now);
        done += now;
      }
    }

    @Override
    public void sum() {
      exchange(pieces, patience.toAnswer());
    }

    void sum(Duration allowed) {
      exchange(pieces, allowed);
    }

    @Override
    public void close() {
      pieces.forEach(Piece::close);
    }
  }

  /** The numbers of each process in turn, which it sends to the others. */
  private final class Gathered implements Buffer {
    private final List<Pieces> parts = new ArrayList<>();
    private final List<Integer> begins = new ArrayList<>();
    private final List<Piece> inTurn = new ArrayList<>();
    private int count;

    Gathered(int[] counts) {
      for (int process = 0; process < counts.length; process++) {
        begins.add(count);
        parts.add(new Pieces(counts[process], process == rank() ? Sent::new : Received::new));
        count = Math.addExact(count, counts[process]);
      }
      int longest = parts.stream().mapToInt(part -> part.pieces.size()).max().orElse(0);
      for (int i = 0; i < longest; i++) { // so that both directions of a connection are in use
        for (Pieces part : parts) {
          if (i < part.pieces.size()) {
            inTurn.add(part.pieces.get(i));
          }
        }
      }
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    public void put(int at, float[] values, int from, int some) {
      each(at, some, (part, first, place, now) -> part.put(first, values, from + place, now));
    }

    @Override
    public void get(int at, float[] into, int from, int some) {
      each(at, some, (part, first, place, now) -> part.get(first, into, from + place, now));
    }

    /** A use of a range that lies in one part. */
    @FunctionalInterface
    private interface Use {
      void of(Pieces part, int first, int place, int now);
    }

    private void each(int at, int some, Use use) {
      for (int i = 0; i < parts.size(); i++) {
        int begin = Math.max(at, begins.get(i));
        int end = Math.min(at + some, begins.get(i) + parts.get(i).count);
        if (begin < end) {
          use.of(parts.get(i), begin - begins.get(i), begin - at, end - begin);
        }
      }
    }

    @Override
    public void sum() {
      exchange(inTurn, patience.toAnswer());
    }

    @Override
    public void close() {
      parts.forEach(Pieces::close);
    }
  }

  private void exchange(List<Piece> pieces, Duration allowed) {
    try {
      watchdog.limit(
          allowed,
          () -> {
            if (pieces.size() == 1) {
              pieces.get(0).exchange();
            } else {
              exchangeAll(pieces);
            }
          });
    } catch (Eager.Failure e) {
      throw failure(e);
    }
  }

  private void exchangeAll(List<Piece> pieces) {
    List<Future<?>> exchanges = new ArrayList<>();
    pieces.forEach(piece -> exchanges.add(pool.submit(piece::exchange)));
    Optional<Eager.Failure> failure = Optional.empty();
    for (var exchange : exchanges) {
      try {
        exchange.get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof Eager.Failure cause)) {
          throw new IllegalStateException(e.getCause());
        }
        failure = failure.or(() -> Optional.of(cause));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PeerLostException("process " + rank() + ": interrupted in a sum", e);
      }
    }
    failure.ifPresent(
        e -> {
          throw e;
        });
  }

  /** Describes the failure, with the address of the lost process if TensorFlow knows it. */
  private RuntimeException failure(Eager.Failure failure) {
    String reason = failure.reason().lines().findFirst().orElse("no reason given");
    if (failure.isInvalid()) {
      return new IllegalArgumentException(
          "sums: process " + rank() + " and another differ (expected: the same; " + reason + ")");
    }
    var task = TASK.matcher(failure.reason());
    String who = "another process";
    while (task.find()) {
      int other = Integer.parseInt(task.group(1));
      if (other != rank() && other < size()) {
        who = "process " + other + " at " + cluster.addresses().get(other);
      }
    }
    return new PeerLostException(
        "process " + rank() + " of " + size() + " lost " + who + ": " + reason, failure);
  }

  /** Waits for the others to finish, and for the last sum to reach them. */
  @Override
  public void close() {
    var flag = summed(1);
    flag.put(0, new float[1], 0, 1);
    try {
      flag.sum();
      Thread.sleep(FAREWELL.toMillis());
    } catch (PeerLostException e) {
      // It has finished as well: nothing is summed after this.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
