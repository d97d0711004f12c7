package io.diffusion4j.diffusion.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

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
    String type = entry.get("dtype").asText();
    int size = type.equals("F32") ? 4 : 8;
    double[] values = new double[(end - start) / size];
    for (int i = 0; i < values.length; i++) {
      int at = start + size * i;
      values[i] =
          switch (type) {
            case "F32" -> data.getFloat(at);
            case "F64" -> data.getDouble(at);
            case "I64" -> data.getLong(at);
            default ->
                throw new IllegalArgumentException(
                    key + ": " + type + " (expected: one of F32, F64, I64)");
          };
    }
    tensors.put(key, values);
    rows.put(key, entry.get("shape").get(0).asInt());
  }

  /** The names of the cases in the resource folder {@code golden/folder}, sorted. */
  public static List<String> cases(String folder) {
    URL url = Objects.requireNonNull(Golden.class.getResource("/golden/" + folder), folder);
    try (Stream<Path> cases = Files.list(Path.of(url.toURI()))) {
      return cases.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder, e);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(folder, e);
    }
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
