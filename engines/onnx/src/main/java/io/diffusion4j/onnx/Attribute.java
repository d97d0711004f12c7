package io.diffusion4j.onnx;

/** An {@code AttributeProto} of an operator. */
record Attribute(Message message) {
  private static final int TYPE = 20;

  static Attribute of(String name, long value) {
    return new Attribute(new Message().text(1, name).number(3, value).number(TYPE, 2));
  }

  static Attribute of(String name, float value) {
    return new Attribute(new Message().text(1, name).real(2, value).number(TYPE, 1));
  }

  static Attribute of(String name, String value) {
    return new Attribute(new Message().text(1, name).text(4, value).number(TYPE, 3));
  }

  static Attribute of(String name, long[] values) {
    return new Attribute(new Message().text(1, name).numbers(8, values).number(TYPE, 7));
  }
}
