package io.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a small safetensors file, read into memory as doubles.
 *
 * <p>It is independent of the reader that the library ships, so that the two can disagree.
 */
public final class GoldenTensors {
  private record Tensor(List<Integer> shape, double[] values) {}

  private final Path file;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private GoldenTensors(Path file) {
    this.file = file;
  }

  /** Reads a file. */
  public static GoldenTensors read(Path file) {
    var result = new GoldenTensors(file);
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      byte[] header = new byte[Math.toIntExact(bytes.getLong())];
      bytes.get(header);
      ByteBuffer data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
      Json.parse(file, header)
          .properties()
          .forEach(
              entry -> {
                if (!entry.getKey().equals("__metadata__")) {
                  result.tensors.put(
                      entry.getKey(), tensor(file, entry.getKey(), entry.getValue(), data));
                }
              });
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private static Tensor tensor(Path file, String name, JsonNode entry, ByteBuffer data) {
    List<Integer> shape = new ArrayList<>();
    entry.get("shape").forEach(size -> shape.add(size.asInt()));
    String type = entry.get("dtype").asText();
    int width =
        switch (type) {
          case "U8" -> 1;
          case "F32" -> 4;
          case "F64", "I64" -> 8;
          default ->
              throw new IllegalArgumentException(
                  file + ": " + name + ": " + type + " (expected: F32, F64, I64 or U8)");
        };
    int start = entry.get("data_offsets").get(0).asInt();
    double[] values = new double[shape.stream().reduce(1, Math::multiplyExact)];
    for (int i = 0; i < values.length; i++) {
      int at = start + width * i;
      values[i] =
          switch (type) {
            case "U8" -> data.get(at) & 0xff;
            case "F32" -> data.getFloat(at);
            case "F64" -> data.getDouble(at);
            default -> data.getLong(at);
          };
    }
    return new Tensor(List.copyOf(shape), values);
  }

  private Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          file + ": " + name + " (expected: one of " + tensors.keySet() + ")");
    }
    return tensor;
  }

  /** The names in the order of the file. */
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /** Whether there is a tensor of this name. */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  /** The shape of a tensor; empty for a scalar. */
  public List<Integer> shape(String name) {
    return tensor(name).shape();
  }

  /** One dimension of a tensor; negative axes count from the end. */
  public int size(String name, int axis) {
    List<Integer> shape = shape(name);
    return shape.get(axis < 0 ? shape.size() + axis : axis);
  }

  /** All values of a tensor. */
  public double[] values(String name) {
    return tensor(name).values().clone();
  }

  /** The largest absolute value of a tensor. */
  public double largest(String name) {
    double largest = 0;
    for (double value : tensor(name).values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** All values of a tensor as floats. */
  public float[] floats(String name) {
    double[] values = tensor(name).values();
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  /** All values of a tensor as integers. */
  public int[] ints(String name) {
    double[] values = tensor(name).values();
    int[] result = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (int) values[i];
    }
    return result;
  }

  /** All values of a {@code U8} tensor. */
  public byte[] bytes(String name) {
    double[] values = tensor(name).values();
    byte[] result = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (byte) (int) values[i];
    }
    return result;
  }

  /** One row of a tensor, as floats. */
  public float[] row(String name, int row) {
    float[] values = floats(name);
    int size = values.length / size(name, 0);
    float[] result = new float[size];
    System.arraycopy(values, row * size, result, 0, size);
    return result;
  }

  /** A tensor {@code [N, C, H, W]} or {@code [C, H, W]} with its channels last. */
  public float[] image(String name) {
    List<Integer> shape = shape(name);
    if (shape.size() < 3) {
      throw new IllegalArgumentException(
          file + ": " + name + ": " + shape + " (expected: [N, C, H, W] or [C, H, W])");
    }
    int channels = size(name, -3);
    int pixels = size(name, -2) * size(name, -1);
    double[] values = tensor(name).values();
    float[] result = new float[values.length];
    for (int start = 0; start < values.length; start += channels * pixels) {
      for (int c = 0; c < channels; c++) {
        for (int p = 0; p < pixels; p++) {
          result[start + p * channels + c] = (float) values[start + c * pixels + p];
        }
      }
    }
    return result;
  }
}
