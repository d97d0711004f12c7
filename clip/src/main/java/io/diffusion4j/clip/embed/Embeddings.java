package io.diffusion4j.clip.embed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Embeddings of texts or pictures, un-normalised, each with the name of what it embeds.
 *
 * <p>Files are {@code .safetensors}, with the tensor {@code embeddings} of shape [N, E] float32 and
 * the names as a JSON array in the note {@code names}, or {@code .npy} of the same shape, with the
 * names in {@code NAME.names.json} beside it.
 *
 * @param size values of an embedding, E
 * @param names of the N rows, such as the paths of pictures
 * @param values {@code [N, E]}, row-major; owned by this
 */
public record Embeddings(int size, List<String> names, float[] values) {
  /** The tensor of a safetensors file. */
  public static final String TENSOR = "embeddings";

  private static final String NAMES = "names";
  private static final String NPY = ".npy";
  private static final ObjectMapper JSON = new ObjectMapper();

  public Embeddings {
    Check.that(size >= 1, "size", size, "≥ 1");
    Check.length("values", values.length, Math.multiplyExact(names.size(), size));
    names = List.copyOf(names);
  }

  /** A copy of one embedding. */
  public float[] row(int index) {
    return Arrays.copyOfRange(values, index * size, (index + 1) * size);
  }

  /**
   * Returns normally if a file can be written in one of the formats by its name.
   *
   * @throws IllegalArgumentException if its name ends in neither
   */
  public static void requireFormat(String setting, Path file) {
    Check.that(
        file.toString().endsWith(NPY) || file.toString().endsWith(".safetensors"),
        setting,
        file,
        "a .safetensors or .npy file");
  }

  /**
   * Writes a file in the format of its name.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    requireFormat("file", file);
    try {
      if (file.toString().endsWith(NPY)) {
        Files.write(file, npy());
        Files.write(names(file), JSON.writeValueAsBytes(names));
      } else {
        new SafetensorsWriter()
            .note(NAMES, JSON.writeValueAsString(names))
            .floats(TENSOR, DType.F32, new long[] {names.size(), size}, () -> values)
            .write(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static Path names(Path npy) {
    String name = String.valueOf(npy.getFileName());
    return npy.resolveSibling(name.substring(0, name.length() - NPY.length()) + ".names.json");
  }

  /** Version 1.0 of numpy's format: magic, length of the header, header padded to 64 bytes. */
  private byte[] npy() {
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }"
            .formatted(names.size(), size);
    int begin = (10 + header.length() + 1 + 63) / 64 * 64;
    var bytes =
        ByteBuffer.allocate(begin + values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) 1).put((byte) 0).putShort((short) (begin - 10));
    bytes.put(header.getBytes(StandardCharsets.US_ASCII));
    while (bytes.position() < begin - 1) {
      bytes.put((byte) ' ');
    }
    bytes.put((byte) '\n').asFloatBuffer().put(values);
    return bytes.array();
  }

  /**
   * Reads a safetensors file that {@link #write} made.
   *
   * @throws CheckpointException if it is none
   */
  public static Embeddings read(Path file) {
    try (var checkpoint = Checkpoint.open(file)) {
      long[] shape = checkpoint.info(TENSOR).shape();
      Map<String, String> notes = checkpoint.metadata();
      String json = notes.get(NAMES);
      if (shape.length != 2 || shape[1] < 1 || json == null) {
        throw new CheckpointException(
            file, checkpoint.info(TENSOR) + " (expected: [N, E], and the note " + NAMES + ")");
      }
      List<String> names = List.of(JSON.readValue(json, String[].class));
      if (names.size() != shape[0]) {
        throw new CheckpointException(
            file, NAMES + ": " + names.size() + " (expected: " + shape[0] + ")");
      }
      return new Embeddings((int) shape[1], names, checkpoint.readFloats(TENSOR));
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file, NAMES + ": no list of texts: " + e.getOriginalMessage());
    }
  }
}
