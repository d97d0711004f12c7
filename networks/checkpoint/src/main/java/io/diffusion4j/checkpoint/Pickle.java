package io.diffusion4j.checkpoint;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pickle as data: opcodes build values, and no name in it is looked up, loaded or called.
 * Supports the opcodes that torch writes, protocols 2 to 5; others are errors.
 *
 * <p>Values are {@link String}, {@link Long} or {@link BigInteger}, {@link Double}, {@link
 * Boolean}, {@code byte[]}, {@link #NONE}, {@link Name}, and {@link Nested} values; and the values
 * that a {@link Meaning} makes.
 */
final class Pickle {
  /** Python's {@code None}. */
  static final Object NONE = new Name("builtins", "None");

  private static final int MAX_BYTES = 64 << 20;
  private static final int MAX_OPCODES = 10_000_000;
  private static final int MAX_MEMO = 1_000_000;
  private static final int MAX_TEXT = 1 << 20;
  private static final int MAX_INTEGER = 4_096;
  private static final int MAX_DEPTH = 1_000;

  /** The name of a class or function, which is not looked up. */
  record Name(String module, String name) {
    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /**
   * A value that holds values. Its equality is identity, so that comparisons stay cheap for any
   * pickle.
   */
  abstract static class Nested {
    private int depth = 1;

    final void holds(Object child) {
      if (child instanceof Nested nested) {
        depth = Math.max(depth, nested.depth + 1);
      }
    }
  }

  /** A list, a tuple or a set. */
  static final class Items extends Nested {
    final List<Object> values;
    final boolean fixed;

    private Items(List<Object> values, boolean fixed) {
      this.values = values;
      this.fixed = fixed;
      values.forEach(this::holds);
    }

    static Items list() {
      return new Items(new ArrayList<>(), false);
    }

    static Items tuple(List<Object> values) {
      return new Items(values, true);
    }
  }

  /** A dictionary, in the order of the file. */
  static final class Dict extends Nested {
    final Map<Object, Object> entries = new LinkedHashMap<>();

    Object put(Object key, Object value) {
      holds(key);
      holds(value);
      return entries.put(key, value);
    }
  }

  /** The result of calling an unknown function: the call, and the state that was set on it. */
  static final class Inert extends Nested {
    final Object callable;
    final List<Object> arguments;
    @Nullable Object state;

    Inert(Object callable, List<Object> arguments) {
      this.callable = callable;
      this.arguments = arguments;
      holds(callable);
      arguments.forEach(this::holds);
    }
  }

  /** The meaning of names in a kind of file. */
  interface Meaning {
    /** Returns the result of a call; empty for unknown functions, whose calls are kept as data. */
    Optional<Object> call(Name callable, List<Object> arguments);

    /** Returns the value of a persistent id. */
    Object persistent(List<Object> id);
  }

  private final Path file;
  private final ByteBuffer bytes;
  private final Meaning meaning;
  private final int begin;
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private final List<Object> stack = new ArrayList<>();

  private Pickle(Path file, ByteBuffer bytes, Meaning meaning) {
    this.file = file;
    this.bytes = bytes;
    this.meaning = meaning;
    this.begin = bytes.position();
  }

  /**
   * Reads one pickle from the buffer's position, and moves the position behind its end.
   *
   * @param bytes little-endian
   * @throws CheckpointException if the pickle is not supported, or exceeds a limit
   */
  static Object read(Path file, ByteBuffer bytes, Meaning meaning) {
    return new Pickle(file, bytes, meaning).run();
  }

  private Object run() {
    for (int i = 0; i < MAX_OPCODES; i++) {
      if (bytes.position() - begin > MAX_BYTES) {
        throw fault("more than " + MAX_BYTES + " bytes");
      }
      int opcode = u8();
      if (opcode == '.') {
        Object value = pop();
        if (!stack.isEmpty() || !marks.isEmpty()) {
          throw fault("STOP: %d values are left (expected: 0)".formatted(stack.size()));
        }
        return value;
      }
      step(opcode);
    }
    throw fault("more than " + MAX_OPCODES + " opcodes");
  }

  private void step(int opcode) {
    switch (opcode) {
      case 0x80 -> protocol(u8());
      case 0x95 -> take(8, "FRAME");
      case '(' -> marks.push(stack.size());
      case 'c' -> push(new Name(line(), line()));
      case 0x93 -> {
        String name = text(pop());
        push(new Name(text(pop()), name));
      }
      case 'R', 0x81 -> {
        List<Object> arguments = items(pop(), "arguments");
        push(call(pop(), arguments));
      }
      case 'b' -> build(pop());
      case 'q' -> remember(u8());
      case 'r' -> remember(u32());
      case 0x94 -> remember(memo.size());
      case 'h' -> push(remembered(u8()));
      case 'j' -> push(remembered(u32()));
      case ')' -> push(Items.tuple(List.of()));
      case 't' -> push(Items.tuple(popMark()));
      case 0x85 -> push(Items.tuple(pop(1)));
      case 0x86 -> push(Items.tuple(pop(2)));
      case 0x87 -> push(Items.tuple(pop(3)));
      case '}' -> push(new Dict());
      case 'd' -> {
        List<Object> values = popMark();
        push(new Dict());
        put(values);
      }
      case 's' -> put(pop(2));
      case 'u' -> put(popMark());
      case ']', 0x8F -> push(Items.list());
      case 'l' -> push(new Items(popMark(), false));
      case 'a' -> append(pop(1));
      case 'e', 0x90 -> append(popMark());
      case 'N' -> push(NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) take(4, "BININT").getInt());
      case 'K' -> push((long) u8());
      case 'M' -> push((long) (take(2, "BININT2").getShort() & 0xffff));
      case 0x8A -> push(integer(u8()));
      case 0x8B -> push(integer(u32()));
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(take(8, "BINFLOAT").getLong())));
      case 'X' -> push(text(u32(), StandardCharsets.UTF_8));
      case 0x8C -> push(text(u8(), StandardCharsets.UTF_8));
      case 0x8D -> push(text(take(8, "BINUNICODE8").getLong(), StandardCharsets.UTF_8));
      case 'U' -> push(text(u8(), StandardCharsets.ISO_8859_1));
      case 'T' -> push(text(take(4, "BINSTRING").getInt(), StandardCharsets.ISO_8859_1));
      case 'C' -> push(array(u8(), MAX_TEXT));
      case 'B' -> push(array(u32(), MAX_TEXT));
      case 0x8E -> push(array(take(8, "BINBYTES8").getLong(), MAX_TEXT));
      case 'Q' -> push(meaning.persistent(items(pop(), "persistent id")));
      default ->
          throw fault(
              "opcode: 0x%02x%s (expected: one that torch writes)"
                  .formatted(opcode, opcode > 32 && opcode < 127 ? ", " + (char) opcode : ""));
    }
  }

  private void protocol(int number) {
    if (number > 5) {
      throw fault("protocol: " + number + " (expected: ≤ 5)");
    }
  }

  /** Executes no code: the call either has a meaning here or is kept as data. */
  private Object call(Object callable, List<Object> arguments) {
    Object known =
        callable instanceof Name name ? meaning.call(name, arguments).orElse(null) : null;
    return known != null ? known : new Inert(callable, arguments);
  }

  private void build(Object state) {
    Object target = top();
    if (target instanceof Inert inert) {
      inert.state = state;
      inert.holds(state);
      checkDepth(inert);
    } else if (target instanceof Items || target instanceof String || target instanceof Number) {
      throw fault("BUILD on " + kind(target) + " (expected: an object)");
    }
    // Attributes of a dictionary or a tensor are not part of the weights.
  }

  private void put(List<Object> values) {
    if (values.size() % 2 != 0) {
      throw fault("keys and values: " + values.size() + " (expected: an even number)");
    }
    Object target = top();
    for (int i = 0; i < values.size(); i += 2) {
      Object key = values.get(i);
      if (key instanceof Dict || (key instanceof Items items && !items.fixed)) {
        throw fault("key: " + kind(key) + " (expected: a hashable value)");
      }
      if (target instanceof Dict dict) {
        dict.put(key, values.get(i + 1));
      } else if (!(target instanceof Inert)) {
        throw fault("entries of " + kind(target) + " (expected: of a dictionary)");
      }
    }
    checkDepth(target);
  }

  private void append(List<Object> values) {
    Object target = top();
    if (target instanceof Items items && !items.fixed) {
      items.values.addAll(values);
      values.forEach(items::holds);
    } else if (!(target instanceof Inert)) {
      throw fault("items of " + kind(target) + " (expected: of a list)");
    }
    checkDepth(target);
  }

  private void push(Object value) {
    checkDepth(value);
    stack.add(value);
  }

  private void checkDepth(Object value) {
    if (value instanceof Nested nested && nested.depth > MAX_DEPTH) {
      throw fault("nesting: deeper than " + MAX_DEPTH);
    }
  }

  private void remember(long index) {
    memo.put(index, top());
    if (memo.size() > MAX_MEMO) {
      throw fault("memo: more than " + MAX_MEMO + " entries");
    }
  }

  private Object remembered(long index) {
    Object value = memo.get(index);
    if (value == null) {
      throw fault("memo entry: " + index + " (expected: one that was stored)");
    }
    return value;
  }

  private Object top() {
    return last(1).get(0);
  }

  private Object pop() {
    return pop(1).get(0);
  }

  private List<Object> pop(int count) {
    List<Object> last = last(count);
    List<Object> values = new ArrayList<>(last);
    last.clear();
    return values;
  }

  /** Pops the last values, after the last mark. */
  private List<Object> last(int count) {
    int size = stack.size() - (marks.isEmpty() ? 0 : marks.peek());
    if (size < count) {
      throw fault("stack: %d values (expected: %d)".formatted(size, count));
    }
    return stack.subList(stack.size() - count, stack.size());
  }

  private List<Object> popMark() {
    if (marks.isEmpty()) {
      throw fault("stack: no mark");
    }
    List<Object> values = pop(stack.size() - marks.peek());
    marks.pop();
    return values;
  }

  private List<Object> items(Object value, String what) {
    if (value instanceof Items items && items.fixed) {
      return items.values;
    }
    throw fault(what + ": " + kind(value) + " (expected: a tuple)");
  }

  private String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw fault("name: " + kind(value) + " (expected: text)");
  }

  private static String kind(Object value) {
    return value instanceof Items items
        ? items.fixed ? "a tuple" : "a list"
        : value instanceof Dict ? "a dictionary" : value.getClass().getSimpleName();
  }

  private int u8() {
    if (!bytes.hasRemaining()) {
      throw fault("ends too early");
    }
    return bytes.get() & 0xff;
  }

  private long u32() {
    return take(4, "length").getInt() & 0xffffffffL;
  }

  private Object integer(long length) {
    byte[] digits = array(length, MAX_INTEGER);
    for (int i = 0, j = digits.length - 1; i < j; i++, j--) {
      byte low = digits[i];
      digits[i] = digits[j];
      digits[j] = low;
    }
    var value = digits.length == 0 ? BigInteger.ZERO : new BigInteger(digits);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private String text(long length, Charset charset) {
    byte[] encoded = array(length, MAX_TEXT);
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(encoded)).toString();
    } catch (CharacterCodingException e) {
      throw fault("text: not valid " + charset);
    }
  }

  private String line() {
    int from = bytes.position();
    int length = 0;
    while (u8() != '\n') {
      if (++length > MAX_TEXT) {
        throw fault("name: longer than " + MAX_TEXT + " bytes");
      }
    }
    bytes.position(from);
    String line = text(length, StandardCharsets.UTF_8);
    u8();
    return line;
  }

  private byte[] array(long length, int limit) {
    if (length < 0 || length > limit) {
      throw fault("length: %s (expected: ≤ %d)".formatted(Long.toUnsignedString(length), limit));
    }
    byte[] array = new byte[(int) length];
    take(array.length, "text").get(array);
    return array;
  }

  /** Returns the next bytes and skips them. */
  private ByteBuffer take(int length, String what) {
    if (bytes.remaining() < length) {
      throw fault(what + ": ends too early");
    }
    ByteBuffer taken = bytes.slice(bytes.position(), length).order(bytes.order());
    bytes.position(bytes.position() + length);
    return taken;
  }

  private CheckpointException fault(String reason) {
    return new CheckpointException(
        file, "pickle, byte %d: %s".formatted(bytes.position() - begin, reason));
  }
}
