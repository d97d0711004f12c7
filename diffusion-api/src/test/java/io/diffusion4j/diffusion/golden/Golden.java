package io.diffusion4j.diffusion.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/** A case of golden values: {@code case.json} and {@code io.safetensors} in one folder. */
public final class Golden {
  private final JsonNode description;
  private final Map<String, double[]> tensors = new LinkedHashMap<>();
  private final Map<String, Integer> rows = new LinkedHashMap<>();

  /** The case in the resource folder {@code golden/name}. */
  public Golden(String name) {
    description = json(name + "/case.json");
    ByteBuffer file =
        ByteBuffer.wrap(bytes(name + "/io.safetensors")).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[Math.toIntExact(file.getLong())];
    file.get(header);
    ByteBuffer data = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    try {
      new ObjectMapper()
          .readTree(header)
          .properties()
          .forEach(
              entry -> {
                if (!entry.getKey().equals("__metadata__")) {
                  read(entry.getKey(), entry.getValue(), data);
                }
              });
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  private void read(String key, JsonNode entry, ByteBuffer data) {
    int start = entry.get("data_offsets").get(0).asInt();
    int end = entry.get("data_offsets").get(1).asInt();
    boolean wide = entry.get("dtype").asText().equals("F64");
    double[] values = new double[(end - start) / (wide ? 8 : 4)];
    for (int i = 0; i < values.length; i++) {
      values[i] = wide ? data.getDouble(start + 8 * i) : data.getFloat(start + 4 * i);
    }
    tensors.put(key, values);
    rows.put(key, entry.get("shape").get(0).asInt());
  }

  /** A JSON resource below {@code golden/}. */
  public static JsonNode json(String path) {
    try {
      return new ObjectMapper().readTree(bytes(path));
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }

  private static byte[] bytes(String path) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + path)) {
      if (in == null) {
        throw new IllegalArgumentException("golden: " + path + " (expected: a resource)");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }

  public JsonNode description() {
    return description;
  }

  public boolean has(String key) {
    return tensors.containsKey(key);
  }

  /** All values of a tensor. */
  public double[] values(String key) {
    double[] values = tensors.get(key);
    if (values == null) {
      throw new IllegalArgumentException(
          "tensor: " + key + " (expected: one of " + tensors.keySet() + ")");
    }
    return values;
  }

  /** The first dimension of a tensor. */
  public int rows(String key) {
    return rows.getOrDefault(key, 0);
  }

  /** One row of a tensor, as floats. */
  public float[] row(String key, int row) {
    double[] values = values(key);
    int size = values.length / rows(key);
    float[] result = new float[size];
    for (int i = 0; i < size; i++) {
      result[i] = (float) values[row * size + i];
    }
    return result;
  }
}
