package io.diffusion4j.nn.train.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The laws of a group, which every member checks on its own; a test runs them in all members. */
public final class GroupContract {
  private GroupContract() {}

  /** Checks all laws. */
  public static void check(Group group) {
    sumsAreThoseOfTheTree(group, 1, Wire.FLOAT32);
    sumsAreThoseOfTheTree(group, 700_001, Wire.FLOAT32);
    sumsAreThoseOfTheTree(group, 1, Wire.BFLOAT16);
    sumsAreThoseOfTheTree(group, 1_100_001, Wire.BFLOAT16);
    sumsForOneProcessAreThoseOfTheTree(group, 600_001, Wire.FLOAT32);
    sumsForOneProcessAreThoseOfTheTree(group, 1_100_001, Wire.BFLOAT16);
    anyIsOfAll(group);
    aBroadcastIsOfOneProcess(group);
    rowsAreGathered(group);
    numbersOfOthersAreExchanged(group);
    ownNumbersReachAll(group, 600_007, Wire.FLOAT32);
    ownNumbersReachAll(group, 1_100_007, Wire.BFLOAT16);
    roundedNumbersAreTheSameInAll(group);
    textsAreExchanged(group);
    differencesAreReported(group);
  }

  private static float[] numbers(int rank, int count) {
    var random = new SplittableRandom(rank);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.scalb(random.nextDouble(-1, 1), random.nextInt(-20, 20));
    }
    return values;
  }

  private static float[] tree(int from, int to, int count, Wire wire) {
    if (to - from == 1) {
      return numbers(from, count);
    }
    int middle = from + (to - from + 1) / 2;
    float[] sum = tree(from, middle, count, wire);
    float[] more = tree(middle, to, count, wire);
    for (int i = 0; i < count; i++) {
      sum[i] = sent(sum[i], wire) + sent(more[i], wire);
    }
    return sum;
  }

  /** Rounds by the definition: bfloat16 has 8 significant bits. */
  private static float sent(float value, Wire wire) {
    if (wire == Wire.FLOAT32 || value == 0) {
      return value;
    }
    double unit = Math.scalb(1.0, Math.getExponent(value) - 7);
    return (float) (Math.rint(value / unit) * unit);
  }

  private static void sumsAreThoseOfTheTree(Group group, int count, Wire wire) {
    float[] expected = tree(0, group.size(), count, wire);
    float[] mine = numbers(group.rank(), count);
    float[] actual = new float[count];
    var buffer = group.withBuffersIn(wire).buffer(count);
    for (int round = 0; round < 3; round++) {
      int middle = count / 3;
      buffer.put(middle, mine, middle, count - middle);
      buffer.put(0, mine, 0, middle);
      buffer.sum();
      buffer.get(0, actual, 0, count);
      assertThat(Arrays.equals(actual, expected)).isTrue();
    }
    buffer.close();
  }

  private static void sumsForOneProcessAreThoseOfTheTree(Group group, int most, Wire wire) {
    int[] counts = counts(group, most);
    int begin = Arrays.stream(counts, 0, group.rank()).sum();
    int total = Arrays.stream(counts).sum();
    int own = counts[group.rank()];
    float[] expected = tree(0, group.size(), total, wire);
    float[] mine = numbers(group.rank(), total);
    var buffer = group.withBuffersIn(wire).reduced(counts);
    assertThat(buffer.count()).isEqualTo(total);
    for (int round = 0; round < 3; round++) {
      int middle = total / 3;
      buffer.put(middle, mine, middle, total - middle);
      buffer.put(0, mine, 0, middle);
      buffer.sum();
      float[] actual = new float[own];
      buffer.get(begin + own / 2, actual, own / 2, own - own / 2);
      buffer.get(begin, actual, 0, own / 2);
      assertThat(Arrays.equals(actual, Arrays.copyOfRange(expected, begin, begin + own))).isTrue();
    }
    buffer.close();
  }

  /** Returns numbers of numbers for each process, which are different and zero for some. */
  private static int[] counts(Group group, int most) {
    int[] counts = new int[group.size()];
    for (int rank = 0; rank < counts.length; rank++) {
      counts[rank] = List.of(most, 270_000, 0, 1).get(rank % 4);
    }
    return counts;
  }

  private static void anyIsOfAll(Group group) {
    assertThat(group.any(false)).isFalse();
    for (int rank = 0; rank < group.size(); rank++) {
      assertThat(group.any(rank == group.rank())).isTrue();
    }
    assertThat(group.any(true)).isTrue();
    assertThat(group.any(false)).isFalse();
  }

  private static void aBroadcastIsOfOneProcess(Group group) {
    for (int count : new int[] {3, 1_100_000}) {
      aBroadcastIsOf(0, group, count, group::broadcast);
      int last = group.size() - 1;
      aBroadcastIsOf(last, group, count, values -> group.broadcast(values, last));
    }
  }

  private static void aBroadcastIsOf(
      int process, Group group, int count, Consumer<float[]> broadcast) {
    float[] values = numbers(group.rank(), count);
    values[1] = group.rank() == process ? -0.0f : 7;
    broadcast.accept(values);
    float[] expected = numbers(process, count);
    expected[1] = -0.0f;
    assertThat(Arrays.equals(values, expected)).isTrue();
  }

  private static void numbersOfOthersAreExchanged(Group group) {
    double[] expected = {
      1 / 3.0, 0, -0.0, Double.MIN_VALUE, -Double.MAX_VALUE, Double.NEGATIVE_INFINITY, Double.NaN
    };
    int[] processes = new int[expected.length];
    double[] values = new double[expected.length];
    for (int i = 0; i < expected.length; i++) {
      processes[i] = i % group.size();
      values[i] = processes[i] == group.rank() ? expected[i] : 7;
    }
    group.exchange(values, processes);
    assertThat(Arrays.equals(values, expected)).isTrue();
  }

  private static void rowsAreGathered(Group group) {
    int rows = 2 * group.size() + 1;
    float[] all = numbers(7, 3 * rows);
    all[2] = -0.0f;
    var share = RowRange.of(rows, group.rank(), group.size());
    float[] own = Arrays.copyOfRange(all, 3 * share.from(), 3 * share.to());
    assertThat(group.gather(own, share, rows)).isEqualTo(all);
  }

  private static void ownNumbersReachAll(Group group, int most, Wire wire) {
    int[] counts = counts(group, most);
    int begin = Arrays.stream(counts, 0, group.rank()).sum();
    int total = Arrays.stream(counts).sum();
    float[] expected = numbers(5, total);
    for (int i = 0; i < total; i++) {
      expected[i] = sent(expected[i], wire);
    }
    float[] special = {
      0, -0.0f, Float.NEGATIVE_INFINITY, Float.NaN, 0x1p-133f, -0x1.fep127f // the least and largest
    };
    System.arraycopy(special, 0, expected, 1, special.length);
    var buffer = group.gathered(counts, wire);
    assertThat(buffer.count()).isEqualTo(total);
    float[] mine = numbers(9, total); // garbage in the place of the others' numbers
    System.arraycopy(expected, begin, mine, begin, counts[group.rank()]);
    for (int round = 0; round < 3; round++) {
      int middle = total / 2;
      buffer.put(middle, mine, middle, total - middle);
      buffer.put(0, mine, 0, middle);
      buffer.sum();
      float[] actual = new float[total];
      buffer.get(1, actual, 1, total - 1);
      buffer.get(0, actual, 0, 1);
      assertThat(Arrays.equals(actual, expected)).isTrue();
    }
    buffer.close();
  }

  private static void roundedNumbersAreTheSameInAll(Group group) {
    int[] counts = new int[group.size()];
    Arrays.fill(counts, 3);
    float[] numbers = numbers(3, 3 * counts.length);
    float[] expected = numbers.clone();
    for (int i = 0; i < numbers.length && !group.isAlone(); i++) {
      expected[i] = sent(numbers[i], Wire.BFLOAT16);
    }
    var buffer = group.gathered(counts, Wire.BFLOAT16);
    buffer.put(0, numbers, 0, numbers.length);
    buffer.sum();
    buffer.get(0, numbers, 0, numbers.length);
    assertThat(numbers).isEqualTo(expected);
    buffer.close();
  }

  private static void textsAreExchanged(Group group) {
    var texts = group.exchange("ä" + group.rank());
    List<String> expected = new ArrayList<>();
    for (int rank = 0; rank < group.size(); rank++) {
      expected.add("ä" + rank);
    }
    assertThat(texts).isEqualTo(expected);
  }

  private static void differencesAreReported(Group group) {
    group.requireSame("batch size", "8");
    Map<String, float[]> weights = new LinkedHashMap<>();
    weights.put("a", numbers(1, 5));
    weights.put("b", numbers(2, 5));
    group.requireSame(weights);
    if (group.isAlone()) {
      return;
    }
    int last = group.size() - 1;
    assertThatThrownBy(() -> group.requireSame("batch size", group.rank() == last ? "9" : "8"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch size of process " + last + ": 9 (expected: that of process 0, 8)");
    var changed = new AtomicBoolean(group.rank() == last);
    weights.computeIfPresent(
        "b", (name, values) -> changed.get() ? new float[] {0, 1, 2, 3, 4} : values);
    assertThatThrownBy(() -> group.requireSame(weights))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("b: differs in process " + last);
  }
}
