package io.diffusion4j.distributed;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.train.group.AllReduce;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.PeerLostException;
import io.diffusion4j.nn.train.group.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.regex.Pattern;

/**
 * Sums over processes by TensorFlow's collectives over gRPC. Each {@link
 * io.diffusion4j.nn.train.group.Round} is one collective of its members. Numbers of single
 * processes are broadcast, and sums that one process needs are sent from process to process, each
 * with half of a sum's traffic. In {@link Wire#BFLOAT16}, TensorFlow carries the numbers only, and
 * they are added here, since its sums would be rounded.
 *
 * <p>A process has one instance for its lifetime: TensorFlow cannot stop its server.
 */
public final class Collectives implements AllReduce {
  /** Numbers travel in pieces of two megabytes, which stay in the second-level cache. */
  private static final int PIECE = 1 << 19;

  /** The number of pieces at once: one is computed while the other is sent. */
  private static final int AT_ONCE = 2;

  /** The time for the last sum to reach the others before this process ends. */
  private static final Duration FAREWELL = Duration.ofMillis(300);

  private static final Pattern TASK = Pattern.compile("/task:([0-9]+)");

  private final ClusterSpec cluster;
  private final PeerTimeout patience;
  private final Exchanges exchanges;
  private final Watchdog watchdog;
  private final ExecutorService pool;

  private Collectives(ClusterSpec cluster, PeerTimeout patience) {
    this.cluster = cluster;
    this.patience = patience;
    Eager eager;
    try {
      eager = new Eager(cluster);
    } catch (Eager.Failure e) {
      throw Check.refusal(
          "cluster", cluster.address() + ", " + e.reason(), "a port that is free here");
    }
    watchdog =
        new Watchdog(allowed -> eager.abort("no answer for " + allowed.toMillis() / 1000.0 + " s"));
    exchanges = new Exchanges(eager, cluster.rank(), cluster.size());
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
  public static Group join(ClusterSpec cluster, PeerTimeout patience) {
    return cluster.size() == 1 ? Group.alone() : Group.of(meet(cluster, patience));
  }

  /**
   * Connects to the other processes of a cluster with more than one.
   *
   * @return the sums without the group
   */
  public static AllReduce meet(ClusterSpec cluster, PeerTimeout patience) {
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
  public Buffer buffer(int count, Wire wire) {
    return switch (wire) {
      case FLOAT32 -> summed(count);
      case BFLOAT16 -> new Pieces(count, wire, some -> new SummedHalves(exchanges, some));
    };
  }

  private Pieces summed(int count) {
    return new Pieces(count, Wire.FLOAT32, some -> new Summed(exchanges, some));
  }

  @Override
  public Buffer reduced(int[] counts, Wire wire) {
    return new Parts(counts, wire, (process, some) -> new Reduced(exchanges, process, some, wire));
  }

  @Override
  public Buffer gathered(int[] counts, Wire wire) {
    return new Parts(
        counts, wire, (process, some) -> Broadcast.piece(exchanges, process == rank(), some, wire));
  }

  /** Numbers in pieces. */
  private final class Pieces implements Buffer {
    private final int count;
    private final int size;
    private final List<Piece> pieces = new ArrayList<>();

    Pieces(int count, Wire wire, IntFunction<Piece> piece) {
      this.count = count;
      size =
          switch (wire) {
            case FLOAT32 -> PIECE;
            case BFLOAT16 -> 2 * PIECE;
          };
      for (int from = 0; from < count; from += size) {
        pieces.add(piece.apply(Math.min(size, count - from)));
      }
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    public void put(int at, float[] values, int from, int some) {
      for (int done = 0; done < some; ) {
        int place = (at + done) % size;
        int now = Math.min(some - done, size - place);
        pieces.get((at + done) / size).put(place, values, from + done, now);
        done += now;
      }
    }

    @Override
    public void get(int at, float[] into, int from, int some) {
      for (int done = 0; done < some; ) {
        int place = (at + done) % size;
        int now = Math.min(some - done, size - place);
        pieces
            .get((at + done) / size)
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

  /** Makes a piece of the numbers of a process. */
  @FunctionalInterface
  private interface PieceOf {
    Piece make(int process, int count);
  }

  /** The numbers of each process in turn. */
  private final class Parts implements Buffer {
    private final List<Pieces> parts = new ArrayList<>();
    private final List<Integer> begins = new ArrayList<>();
    private final List<Piece> inTurn = new ArrayList<>();
    private int count;

    Parts(int[] counts, Wire wire, PieceOf pieceOf) {
      for (int i = 0; i < counts.length; i++) {
        int process = i;
        begins.add(count);
        parts.add(new Pieces(counts[process], wire, some -> pieceOf.make(process, some)));
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
    List<Future<?>> running = new ArrayList<>();
    pieces.forEach(piece -> running.add(pool.submit(piece::exchange)));
    Optional<Eager.Failure> failure = Optional.empty();
    for (var exchange : running) {
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
