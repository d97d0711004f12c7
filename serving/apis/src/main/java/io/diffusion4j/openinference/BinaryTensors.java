package io.diffusion4j.openinference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.RequestHeaders;
import java.util.OptionalInt;

/**
 * The extension {@value #EXTENSION} of the protocol: elements of tensors follow the JSON of a body
 * as bytes. The header {@value #HEADER} has the length of the JSON, and parameters of the tensors
 * have those of their elements.
 */
final class BinaryTensors {
  static final String EXTENSION = "binary_tensor_data";
  static final String HEADER = "inference-header-content-length";

  /** The parameter of an input, and of a binary output. */
  static final String SIZE = "binary_data_size";

  /** The parameter of a requested output, and that of a request for all of them. */
  static final String ASKED = "binary_data";

  static final String ASKED_FOR_ALL = "binary_data_output";

  private final ByteString data;
  private int read;

  /** Creates a reader of the elements that inputs take in order. */
  BinaryTensors(ByteString data) {
    this.data = data;
  }

  /**
   * Returns the length of the JSON of a body.
   *
   * @param body the number of its bytes
   * @return empty if all of it is JSON
   */
  static OptionalInt jsonLength(RequestHeaders headers, int body) {
    String length = headers.get(HEADER);
    if (length == null) {
      return OptionalInt.empty();
    }
    if (!length.matches("[0-9]{1,9}") || Integer.parseInt(length) > body) {
      throw InferenceException.invalid(HEADER, length, "0 to " + body + ", the bytes of the body");
    }
    return OptionalInt.of(Integer.parseInt(length));
  }

  /** Returns the next elements. */
  ByteString next(String path, JsonNode size) {
    int left = data.size() - read;
    if (!size.isInt() || size.intValue() < 0 || size.intValue() > left) {
      throw InferenceException.invalid(
          path + ".parameters." + SIZE, size, "0 to " + left + ", the bytes that follow the JSON");
    }
    read += size.intValue();
    return data.substring(read - size.intValue(), read);
  }

  /** Returns normally if all elements were taken. */
  void requireEnd() {
    if (read != data.size()) {
      throw InferenceException.invalid(
          "body", data.size() - read + " bytes after the tensors", "none");
    }
  }

  /** Removes a parameter that requests binary outputs, and returns its value. */
  static boolean takeFlag(ObjectNode parameters, String key, boolean otherwise) {
    JsonNode flag = parameters.remove(key);
    if (flag == null) {
      return otherwise;
    }
    if (!flag.isBoolean()) {
      throw InferenceException.invalid("parameters." + key, flag, "true or false");
    }
    return flag.booleanValue();
  }
}
