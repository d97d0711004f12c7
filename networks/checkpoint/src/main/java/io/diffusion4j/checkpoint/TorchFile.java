package io.diffusion4j.checkpoint;

import io.diffusion4j.checkpoint.Pickle.Dict;
import io.diffusion4j.checkpoint.Pickle.Items;
import io.diffusion4j.checkpoint.TorchTensors.StateDict;
import io.diffusion4j.checkpoint.TorchTensors.Storage;
import io.diffusion4j.checkpoint.TorchTensors.View;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file of {@code torch.save}, before and since torch 1.6, or of {@code torch.jit.save}: read as
 * data, without looking up or running anything. Contiguous tensors are memory-mapped, others are
 * gathered when they are read.
 *
 * <p>The saved object may be a dictionary with string keys and at least one tensor; otherwise the
 * tensors are those of the first such dictionary under {@code state_dict}, {@code model}, {@code
 * model_state_dict}, {@code params_ema}, {@code ema}, {@code module}; otherwise of a tuple of
 * tensors, named {@code 0}, {@code 1} and so on; otherwise of all modules in a TorchScript module,
 * with dots between their names. The prefix {@code module.} of DataParallel is removed if all names
 * have it.
 */
public final class TorchFile implements TensorSource {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long LEGACY_PROTOCOL = 1001;
  private static final int TAR_MARK = 257;
  private static final int ZIP = 0x04034b50;
  private static final int MAX_PICKLE = 64 << 20;

  private final MappedFile file;
  private final Map<String, View> views;
  private final Map<String, TensorInfo> infos = new LinkedHashMap<>();
  private final Map<String, Long> begins = new LinkedHashMap<>();
  private final SortedMap<String, String> metadata = new TreeMap<>();
  private final boolean bigEndian;

  private TorchFile(MappedFile file) {
    this.file = file;
    var tensors = new TorchTensors(file.path());
    StateDict found;
    if (startsAsZip(file)) {
      var archive = new TorchArchive(file);
      bigEndian = archive.has("byteorder") && isBig(archive.entry("byteorder"));
      found = tensors.find(readZip(archive, tensors));
    } else {
      ByteBuffer bytes = file.bytes(0, (int) Math.min(file.size(), Integer.MAX_VALUE));
      bigEndian = !isLittle(readHead(bytes, tensors));
      found = tensors.find(readLegacy(bytes, tensors));
    }
    views = found.views();
    views.forEach(
        (name, view) -> {
          long size = TensorInfo.byteSize(name, view.dtype(), view.shape());
          infos.put(name, new TensorInfo(name, view.dtype(), view.shape(), 0, size));
        });
    if (!found.from().isEmpty()) {
      metadata.put("torch.from", found.from());
      metadata.put("torch.candidates", String.join(", ", found.candidates()));
    }
    if (!tensors.imports().isEmpty()) {
      metadata.put("torch.opaque", String.join(", ", tensors.imports()));
    }
  }

  /**
   * Opens a file and validates it.
   *
   * @throws CheckpointException if it is not a file of torch, or exceeds a limit of this reader
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static TorchFile open(Path path) {
    MappedFile file = MappedFile.open(path);
    try {
      return new TorchFile(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Whether a file begins like a file of torch; the name does not matter. */
  static boolean recognises(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      ByteBuffer head = ByteBuffer.wrap(in.readNBytes(9)).order(ByteOrder.LITTLE_ENDIAN);
      if (head.remaining() < 9) {
        return false;
      }
      boolean pickle = (head.get(0) & 0xff) == 0x80 && head.get(1) >= 2 && head.get(1) <= 5;
      // These bytes may also be the length of a safetensors header, whose JSON begins at the ninth
      // byte.
      return head.getInt(0) == ZIP || (pickle && head.get(8) != '{');
    } catch (IOException e) {
      throw MappedFile.cannotRead(path, e);
    }
  }

  private static boolean startsAsZip(MappedFile file) {
    return file.size() >= 4 && file.bytes(0, 4).getInt(0) == ZIP;
  }

  private boolean isBig(TorchArchive.Range range) {
    if (range.length() > 16) {
      throw fault("byteorder: " + range.length() + " bytes (expected: little or big)");
    }
    String order = StandardCharsets.UTF_8.decode(bytes(range)).toString().strip();
    return switch (order) {
      case "little" -> false;
      case "big" -> true;
      default -> throw fault("byteorder: " + order + " (expected: little or big)");
    };
  }

  private Object readZip(TorchArchive archive, TorchTensors tensors) {
    TorchArchive.Range pickle = archive.entry("data.pkl");
    if (pickle.length() > MAX_PICKLE) {
      throw fault("data.pkl: %d bytes (expected: ≤ %d)".formatted(pickle.length(), MAX_PICKLE));
    }
    Object top = Pickle.read(file.path(), bytes(pickle), tensors);
    tensors
        .storages()
        .forEach(
            (key, storage) -> {
              TorchArchive.Range range = archive.entry("data/" + key);
              place(storage, range.begin(), range.length());
            });
    return top;
  }

  private ByteBuffer bytes(TorchArchive.Range range) {
    return file.bytes(range.begin(), (int) range.length());
  }

  /**
   * Reads the magic number, the version of the format, and properties of the machine that wrote the
   * file.
   */
  private Object readHead(ByteBuffer bytes, TorchTensors tensors) {
    if (bytes.remaining() >= TAR_MARK + 5
        && StandardCharsets.US_ASCII.decode(bytes.slice(TAR_MARK, 5)).toString().equals("ustar")) {
      throw fault("a tar of torch before 0.1.10 (expected: of a later torch; save it again there)");
    }
    if (bytes.remaining() < 2 || (bytes.get(0) & 0xff) != 0x80) {
      throw fault("not a torch file (expected: output of torch.save or torch.jit.save)");
    }
    if (!MAGIC.equals(Pickle.read(file.path(), bytes, tensors))) {
      throw fault("a pickle, but not a torch file (expected: output of torch.save)");
    }
    Object protocol = Pickle.read(file.path(), bytes, tensors);
    if (!protocol.equals(LEGACY_PROTOCOL)) {
      throw fault("protocol: " + protocol + " (expected: " + LEGACY_PROTOCOL + ")");
    }
    return Pickle.read(file.path(), bytes, tensors);
  }

  private boolean isLittle(Object machine) {
    if (machine instanceof Dict dict && dict.entries.get("little_endian") instanceof Boolean is) {
      return is;
    }
    throw fault("little_endian: missing (expected: true or false)");
  }

  private Object readLegacy(ByteBuffer bytes, TorchTensors tensors) {
    Object top = Pickle.read(file.path(), bytes, tensors);
    if (!(Pickle.read(file.path(), bytes, tensors) instanceof Items keys)) {
      throw fault("storage keys: missing (expected: a list)");
    }
    long at = bytes.position();
    for (Object key : keys.values) {
      Storage storage = tensors.storages().get(key);
      if (storage == null) {
        throw fault("storage: " + key + " (expected: one that the object has)");
      }
      if (at > file.size() - Long.BYTES) {
        throw fault("storage " + key + ": missing (is the file truncated?)");
      }
      ByteBuffer count = file.bytes(at, Long.BYTES).order(order());
      int each = storage.dtype().map(DType::bytes).orElse(1);
      long elements = count.getLong(0);
      at += Long.BYTES;
      if (elements < 0 || elements > (file.size() - at) / each) {
        throw fault(
            "storage %s: %d elements (expected: ≤ %d, the size of the file)"
                .formatted(key, elements, (file.size() - at) / each));
      }
      place(storage, at, elements * each);
      at += elements * each;
    }
    tensors.storages().keySet().stream()
        .filter(key -> !begins.containsKey(key))
        .findFirst()
        .ifPresent(
            key -> {
              throw fault("storage " + key + ": missing");
            });
    return top;
  }

  private ByteOrder order() {
    return bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  private void place(Storage storage, long begin, long length) {
    if (length != storage.bytes()) {
      throw fault(
          "storage %s: %d bytes (expected: %d)".formatted(storage.key(), length, storage.bytes()));
    }
    if (begins.put(storage.key(), begin) != null) {
      throw fault("storage " + storage.key() + ": twice");
    }
  }

  @Override
  public String origin() {
    return file.path().toString();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(infos.keySet());
  }

  @Override
  public TensorInfo info(String name) {
    TensorInfo info = infos.get(name);
    if (info == null) {
      throw fault("no tensor " + name);
    }
    return info;
  }

  /**
   * Returns the place of the tensors in the object, the other dictionaries with tensors, and the
   * names unknown to this reader, under {@code torch.from}, {@code torch.candidates} and {@code
   * torch.opaque}.
   */
  @Override
  public SortedMap<String, String> metadata() {
    return new TreeMap<>(metadata);
  }

  /**
   * Returns the strides of a tensor in its storage, in elements for each dimension.
   *
   * @throws CheckpointException if there is no such tensor
   */
  public long[] strides(String name) {
    info(name);
    return view(name).strides().clone();
  }

  /** Whether a tensor is row-major in its storage. */
  boolean isContiguous(String name) {
    return view(name).contiguous();
  }

  @Override
  public ByteBuffer raw(String name, long offset, int length) {
    TensorInfo info = info(name);
    Elements.checkBytes(info, offset, length);
    View view = view(name);
    long begin = Objects.requireNonNull(begins.get(view.storage().key()));
    if (length == 0 || (view.contiguous() && !bigEndian)) {
      return file.bytes(begin + view.offset() * view.dtype().bytes() + offset, length);
    }
    if (view.storage().bytes() > Integer.MAX_VALUE) {
      throw fault(name + ": strides in a storage of over 2^31 bytes (expected: contiguous)");
    }
    return gather(view, begin, offset, length);
  }

  private View view(String name) {
    return Objects.requireNonNull(views.get(name));
  }

  /** Copies the elements of a range into row-major order. */
  private ByteBuffer gather(View view, long begin, long offset, int length) {
    int each = view.dtype().bytes();
    long first = offset / each;
    int count = Math.toIntExact((offset + length + each - 1) / each - first);
    byte[] gathered = new byte[Math.multiplyExact(count, each)];
    long[] index = indexOf(first, view.shape());
    ByteBuffer from = file.bytes(begin, Math.toIntExact(view.storage().bytes()));
    for (int i = 0; i < count; i++) {
      long element = view.offset();
      for (int d = 0; d < index.length; d++) {
        element += index[d] * view.strides()[d];
      }
      for (int b = 0; b < each; b++) {
        gathered[i * each + b] = from.get((int) element * each + (bigEndian ? each - 1 - b : b));
      }
      advance(index, view.shape());
    }
    return ByteBuffer.wrap(gathered, (int) (offset - first * each), length)
        .slice()
        .asReadOnlyBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long[] indexOf(long element, long[] shape) {
    long[] index = new long[shape.length];
    for (int d = shape.length - 1; d >= 0; d--) {
      index[d] = element % shape[d];
      element /= shape[d];
    }
    return index;
  }

  private static void advance(long[] index, long[] shape) {
    for (int d = index.length - 1; d >= 0 && ++index[d] == shape[d]; d--) {
      index[d] = 0;
    }
  }

  @Override
  public void close() {
    file.close();
  }

  @Override
  public String toString() {
    return file.path() + " (" + infos.size() + " tensors)";
  }

  private CheckpointException fault(String reason) {
    return new CheckpointException(file.path(), reason);
  }
}
