package io.diffusion4j.clip.embed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorInfo;
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
 * Embeddings of texts or pictures, un-normalised, each with the name of its text or picture.
 *
 * <p>Files are {@code .safetensors}, with the tensor {@code embeddings} of shape [N, E] float32 and
 * the names as a JSON array in the metadata entry {@code names}, or {@code .npy} of the same shape,
 * with the names in {@code NAME.names.json} beside it.
 *
 * @param size values of an embedding, E
 * @param names names of the N rows, such as the paths of pictures
 * @param values {@code [N, E]}, row-major; not copied, not to be modified afterwards
 */
public record Embeddings(int size, List<String> names, float[] values) {
  /** The tensor of a safetensors file. */
  public static final String TENSOR = "embeddings";

  /** The note that names the CLIP, by its {@link io.diffusion4j.clip.ClipIdentity}. */
  static final String CLIP = "clip";

  /** The note with the names of the pictures that could not be read, a JSON array. */
  static final String UNREADABLE = "unreadable";

  private static final String NAMES = "names";
  private static final String NPY = ".npy";
  private static final ObjectMapper JSON = new ObjectMapper();

  public Embeddings {
    Check.that(size >= 1, "size", size, "≥ 1");
    Check.length("values", values.length, Math.multiplyExact(names.size(), size));
    names = List.copyOf(names);
  }

  /** Returns a copy of one embedding. */
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
    write(file, Map.of());
  }

  /**
   * Writes embeddings of pictures with the notes that {@link KnownEmbeddings} needs; {@code .npy}
   * files have no notes.
   *
   * @param clip the {@link io.diffusion4j.clip.ClipIdentity} of the model
   * @param unreadable names of the pictures that could not be read
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(Path file, String clip, List<String> unreadable) {
    write(file, Map.of(CLIP, clip, UNREADABLE, json(unreadable)));
  }

  private static String json(List<String> names) {
    try {
      return JSON.writeValueAsString(names);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts are always written", e);
    }
  }

  private void write(Path file, Map<String, String> notes) {
    requireFormat("file", file);
    try {
      if (file.toString().endsWith(NPY)) {
        Files.write(file, npy());
        Files.write(names(file), JSON.writeValueAsBytes(names));
      } else {
        new SafetensorsWriter()
            .note(NAMES, json(names))
            .notes(notes)
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

  /**
   * Returns a file in version 1.0 of numpy's format: magic, length of the header, header padded to
   * 64 bytes, values.
   */
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
   * Reads a safetensors file of {@link #write}.
   *
   * @throws CheckpointException if it is no such file
   */
  public static Embeddings read(Path file) {
    try (var checkpoint = Checkpoint.open(file)) {
      return new Embeddings(size(checkpoint), names(checkpoint), checkpoint.read(TENSOR));
    }
  }

  /** Returns the number of values of an embedding of a file. */
  static int size(Checkpoint file) {
    TensorInfo tensor = file.info(TENSOR);
    long[] shape = tensor.shape();
    if (shape.length != 2 || shape[1] < 1 || tensor.dtype() != DType.F32) {
      throw new CheckpointException(file.path(), tensor + " (expected: [N, E] of F32)");
    }
    return Math.toIntExact(shape[1]);
  }

  /** Returns the names of the rows of a file. */
  static List<String> names(Checkpoint file) {
    long rows = file.info(TENSOR).shape()[0];
    String json = file.metadata().get(NAMES);
    List<String> names = json == null ? List.of() : texts(file, NAMES, json);
    if (names.size() != rows) {
      throw new CheckpointException(
          file.path(), NAMES + ": " + names.size() + " (expected: " + rows + ")");
    }
    return names;
  }

  /** Returns the texts of a note, a JSON array of them. */
  static List<String> texts(Checkpoint file, String note, String json) {
    try {
      return List.of(JSON.readValue(json, String[].class));
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          file.path(), note + ": no list of texts: " + e.getOriginalMessage(), e);
    }
  }
}
