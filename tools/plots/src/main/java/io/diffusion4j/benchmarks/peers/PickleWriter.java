package io.diffusion4j.benchmarks.peers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A pickle of Python's protocol 2, with the opcodes that an object of tensors needs. Each method
 * appends to the pickle; arguments of an opcode are appended before it.
 */
final class PickleWriter {
  private static final int PROTOCOL = 0x80;
  private static final int NEW_TRUE = 0x88;
  private static final int NEW_FALSE = 0x89;
  private static final int NEW_OBJECT = 0x81;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  PickleWriter() {
    bytes.write(PROTOCOL);
    bytes.write(2);
  }

  /** Appends a class or a function. */
  PickleWriter global(String module, String name) {
    bytes.write('c');
    bytes.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  PickleWriter text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    bytes.write('X');
    return little(utf8.length, utf8);
  }

  /** Appends an integer of 32 bits. */
  PickleWriter integer(long value) {
    bytes.write('J');
    return little(Math.toIntExact(value), new byte[0]);
  }

  private PickleWriter little(int value, byte[] after) {
    bytes.writeBytes(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    bytes.writeBytes(after);
    return this;
  }

  PickleWriter integers(long[] values) {
    begin();
    for (long value : values) {
      integer(value);
    }
    return tuple();
  }

  PickleWriter bool(boolean value) {
    bytes.write(value ? NEW_TRUE : NEW_FALSE);
    return this;
  }

  /** Begins a tuple, or the entries of a dictionary. */
  PickleWriter begin() {
    return add('(');
  }

  PickleWriter tuple() {
    return add('t');
  }

  PickleWriter emptyTuple() {
    return add(')');
  }

  PickleWriter emptyDictionary() {
    return add('}');
  }

  /** Adds the entries to the dictionary before them: keys and values alternately. */
  PickleWriter entries() {
    return add('u');
  }

  /** Calls the function with the tuple after it. */
  PickleWriter call() {
    return add('R');
  }

  /** Creates an object of the class with the tuple after it. */
  PickleWriter newObject() {
    return add(NEW_OBJECT);
  }

  /** Sets the attributes of the object to the dictionary after it. */
  PickleWriter build() {
    return add('b');
  }

  /** Replaces the tuple by what it identifies outside of the pickle. */
  PickleWriter persistent() {
    return add('Q');
  }

  private PickleWriter add(int operation) {
    bytes.write(operation);
    return this;
  }

  byte[] end() {
    bytes.write('.');
    return bytes.toByteArray();
  }
}
