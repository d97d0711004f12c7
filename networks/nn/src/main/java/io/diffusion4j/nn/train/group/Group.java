package io.diffusion4j.nn.train.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The processes that train together, including this one. Each has its {@link RowRange} of the rows
 * of every batch.
 *
 * <p>Owned by one thread. All processes call the same methods in the same order; a method throws a
 * {@link PeerLostException} if one of them is lost.
 */
public final class Group implements AutoCloseable {
  /** Numbers are broadcast in pieces of this size. */
  private static final int PIECE = 1 << 20;

  /** The longest text that is exchanged, in bytes of UTF-8. */
  private static final int TEXT = 1 << 12;

  /** The time limit for the last responses of a sum. */
  private static final long SETTLING_MILLIS = 500;

  private final AllReduce all;
  private final Wire wire;
  private final Map<Integer, AllReduce.Buffer> buffers;

  private Group(AllReduce all) {
    this(all, Wire.FLOAT32, new HashMap<>());
  }

  private Group(AllReduce all, Wire wire, Map<Integer, AllReduce.Buffer> buffers) {
    this.all = all;
    this.wire = wire;
    this.buffers = buffers;
  }

  /** Returns a process that trains by itself. */
  public static Group alone() {
    return new Group(new Alone());
  }

  /** Creates a group of the processes that sum together; the group closes the sums. */
  public static Group of(AllReduce all) {
    return new Group(all);
  }

  /**
   * Returns these processes with another format for the numbers of {@link #buffer(int)} and {@link
   * #reduced}, which are those of gradients. All else travels as before.
   */
  public Group withBuffersIn(Wire format) {
    return new Group(all, format, buffers);
  }

  /** Returns the number of this process, from 0. */
  public int rank() {
    return all.rank();
  }

  /** Returns the number of processes, at least 1. */
  public int size() {
    return all.size();
  }

  /** Whether there is no other process. */
  public boolean isAlone() {
    return size() == 1;
  }

  /** Whether this process writes the files: it is the first. */
  public boolean isFirst() {
    return rank() == 0;
  }

  /** Allocates memory for sums of gradients; all processes do so in the same order. */
  public AllReduce.Buffer buffer(int count) {
    return all.buffer(count, wire);
  }

  /**
   * Allocates memory for sums of gradients that one process each needs; all processes do so in the
   * same order. See {@link AllReduce#reduced}.
   */
  public AllReduce.Buffer reduced(int... counts) {
    return all.reduced(counts, wire);
  }

  /**
   * Allocates memory for numbers that each belong to one process; all processes do so in the same
   * order. See {@link AllReduce#gathered}.
   */
  public AllReduce.Buffer gathered(int[] counts, Wire format) {
    return all.gathered(counts, format);
  }

  /** Returns whether the flag is set in any process. */
  public boolean any(boolean mine) {
    float[] flag = {mine ? 1 : 0};
    sum(flag);
    return flag[0] > 0;
  }

  /**
   * Waits until all processes have reached this call and received this one's data. This process may
   * end then.
   */
  public void settle() {
    if (isAlone()) {
      return;
    }
    any(false);
    try {
      Thread.sleep(SETTLING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs an action in one process after the other, for files that the processes may share. */
  public void inTurn(Runnable work) {
    for (int turn = 0; turn < size(); turn++) {
      if (turn == rank()) {
        work.run();
      }
      any(false);
    }
  }

  /** Replaces the numbers by those of the first process. */
  public void broadcast(float[] values) {
    broadcast(values, 0);
  }

  /** Replaces the numbers by those of a process. */
  public void broadcast(float[] values, int process) {
    if (isAlone()) {
      return;
    }
    boolean isMine = process == rank();
    var buffer = kept(Math.min(values.length, PIECE));
    float[] nothing = isMine ? new float[0] : Round.nothing(buffer.count());
    for (int from = 0; from < values.length; from += buffer.count()) {
      int count = Math.min(buffer.count(), values.length - from);
      if (isMine) {
        buffer.put(0, values, from, count);
      } else {
        buffer.put(0, nothing, 0, count);
      }
      buffer.sum();
      buffer.get(0, values, from, count);
    }
  }

  /**
   * Returns the rows of all processes.
   *
   * @param own the rows of the share, side by side
   * @param rows the number of rows of all shares together
   */
  public float[] gather(float[] own, RowRange share, int rows) {
    if (isAlone()) {
      return own;
    }
    int size = own.length / share.count();
    float[] values = Round.nothing(rows * size);
    System.arraycopy(own, 0, values, share.from() * size, own.length);
    sum(values);
    return values;
  }

  /**
   * Replaces numbers that other processes know, bit for bit.
   *
   * @param values the numbers, of which those of other processes may have any value
   * @param processes the rank of the process that knows each number
   */
  public void exchange(double[] values, int[] processes) {
    if (isAlone()) {
      return;
    }
    var bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Double.BYTES));
    bytes.asDoubleBuffer().put(values);
    var parts = bytes.asCharBuffer(); // of 16 bits, which float32 holds exactly
    float[] sums = Round.nothing(parts.limit());
    for (int i = 0; i < sums.length; i++) {
      if (processes[i * Character.BYTES / Double.BYTES] == rank()) {
        sums[i] = parts.get(i);
      }
    }
    sum(sums);
    for (int i = 0; i < sums.length; i++) {
      parts.put(i, (char) sums[i]);
    }
    bytes.asDoubleBuffer().get(values);
  }

  /**
   * Returns the texts of all processes, by rank.
   *
   * @param mine is cut off after 4,096 bytes of UTF-8
   */
  public List<String> exchange(String mine) {
    if (isAlone()) {
      return List.of(mine);
    }
    byte[] bytes = mine.getBytes(StandardCharsets.UTF_8);
    float[] values = Round.nothing(TEXT * size());
    for (int i = 0; i < Math.min(bytes.length, TEXT); i++) {
      values[TEXT * rank() + i] = bytes[i];
    }
    sum(values);
    List<String> texts = new ArrayList<>();
    for (int rank = 0; rank < size(); rank++) {
      byte[] text = new byte[TEXT];
      int length = 0;
      while (length < TEXT && values[TEXT * rank + length] != 0) {
        text[length] = (byte) values[TEXT * rank + length];
        length++;
      }
      texts.add(new String(text, 0, length, StandardCharsets.UTF_8));
    }
    return texts;
  }

  /**
   * Checks that all processes have the same text.
   *
   * @param name the name of the text in the message
   * @throws IllegalArgumentException in every process, if the text of one differs from the first's
   */
  public void requireSame(String name, String mine) {
    var texts = exchange(mine);
    for (int rank = 1; rank < texts.size(); rank++) {
      if (!texts.get(rank).equals(texts.get(0))) {
        throw new IllegalArgumentException(
            name
                + " of process "
                + rank
                + ": "
                + texts.get(rank)
                + " (expected: that of process 0, "
                + texts.get(0)
                + ")");
      }
    }
  }

  /**
   * Checks that all processes have the same numbers.
   *
   * @param values the values by name; the names are the same in all processes
   * @throws IllegalStateException in every process, with the rank and the name of a difference
   */
  public void requireSame(Map<String, float[]> values) {
    if (isAlone()) {
      return;
    }
    List<String> names = List.copyOf(values.keySet());
    float[] sums = new float[2 * names.size()]; // halves of checksums, which float32 holds exactly
    for (int i = 0; i < names.size(); i++) {
      long sum = checksum(values.getOrDefault(names.get(i), new float[0]));
      sums[2 * i] = sum >>> 16;
      sums[2 * i + 1] = sum & 0xffff;
    }
    float[] everybodys = gather(sums, new RowRange(rank(), rank() + 1), size());
    for (int i = 0; i < everybodys.length; i++) {
      int at = i % sums.length;
      if (everybodys[i] != everybodys[at]) {
        throw new IllegalStateException(
            names.get(at / 2)
                + ": differs in process "
                + i / sums.length
                + " (expected: the same numbers as in process 0; all processors must be of one"
                + " kind)");
      }
    }
  }

  private static long checksum(float[] values) {
    var bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES));
    bytes.asFloatBuffer().put(values);
    var sum = new CRC32C();
    sum.update(bytes);
    return sum.getValue();
  }

  /** Replaces the numbers by their sums over all processes; for few numbers. */
  public void sum(float[] values) {
    if (isAlone()) {
      return;
    }
    var buffer = kept(values.length);
    buffer.put(0, values, 0, values.length);
    buffer.sum();
    buffer.get(0, values, 0, values.length);
  }

  private AllReduce.Buffer kept(int count) {
    return buffers.computeIfAbsent(count, all::buffer);
  }

  /** Leaves the group; to be called by all processes, after their last common call. */
  @Override
  public void close() {
    all.close();
  }

  /** The sums of one process. */
  private static final class Alone implements AllReduce {
    @Override
    public int rank() {
      return 0;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public Buffer buffer(int count, Wire wire) {
      float[] values = new float[count];
      return new Buffer() {
        @Override
        public int count() {
          return count;
        }

        @Override
        public void put(int at, float[] from, int first, int some) {
          System.arraycopy(from, first, values, at, some);
        }

        @Override
        public void sum() {}

        @Override
        public void get(int at, float[] into, int first, int some) {
          System.arraycopy(values, at, into, first, some);
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {}
  }
}
