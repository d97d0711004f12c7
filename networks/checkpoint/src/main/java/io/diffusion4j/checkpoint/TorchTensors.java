package io.diffusion4j.checkpoint;

import io.diffusion4j.checkpoint.Pickle.Dict;
import io.diffusion4j.checkpoint.Pickle.Inert;
import io.diffusion4j.checkpoint.Pickle.Items;
import io.diffusion4j.checkpoint.Pickle.Name;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of the names in torch's pickles, and the search for the tensors in the saved object.
 */
final class TorchTensors implements Pickle.Meaning {
  /**
   * A storage: a file entry of raw elements.
   *
   * @param dtype type of its elements; empty where the tensors declare it
   * @param key its key in the file
   * @param bytes number of bytes
   */
  record Storage(Optional<DType> dtype, String key, long bytes) {}

  /**
   * A view of a storage.
   *
   * @param offset index of the first element
   * @param shape outermost first
   * @param strides the strides in elements, for each dimension
   */
  record View(Storage storage, DType dtype, long offset, long[] shape, long[] strides) {
    /** Whether the elements are contiguous in row-major order. */
    boolean contiguous() {
      long expected = 1;
      for (int d = shape.length - 1; d >= 0; d--) {
        if (shape[d] != 1 && strides[d] != expected && size(shape) > 0) {
          return false;
        }
        expected *= shape[d];
      }
      return true;
    }
  }

  /**
   * The tensors of a file.
   *
   * @param views the views by name
   * @param from their key in the object; empty for the object itself
   * @param candidates all keys with such tensors, if they were under a key
   */
  record StateDict(Map<String, View> views, String from, List<String> candidates) {}

  /** The keys of a model's weights in files of a training; the first existing one is used. */
  private static final List<String> NESTED =
      List.of("state_dict", "model", "model_state_dict", "params_ema", "ema", "module");

  private static final String DATA_PARALLEL = "module.";
  private static final Map<String, DType> STORAGES =
      Map.of(
          "FloatStorage", DType.F32,
          "DoubleStorage", DType.F64,
          "HalfStorage", DType.F16,
          "BFloat16Storage", DType.BF16,
          "ByteStorage", DType.U8,
          "CharStorage", DType.I8,
          "ShortStorage", DType.I16,
          "IntStorage", DType.I32,
          "LongStorage", DType.I64,
          "BoolStorage", DType.BOOL);
  private static final Map<String, DType> DTYPES =
      Map.of(
          "float32", DType.F32,
          "float64", DType.F64,
          "float16", DType.F16,
          "bfloat16", DType.BF16,
          "uint8", DType.U8,
          "int8", DType.I8,
          "int16", DType.I16,
          "int32", DType.I32,
          "int64", DType.I64,
          "bool", DType.BOOL);

  private static final int MAX_RANK = 32;
  private static final long MAX_ELEMENTS = 1L << 40;

  /**
   * The limits of an expanded tensor: this multiple of its storage's elements, or this many
   * elements.
   */
  private static final int MAX_EXPANSION = 64;

  private static final long SMALL = 1_000_000;

  /** Modules should be a tree, but a file can contain a cycle. */
  private static final int MAX_MODULES = 100_000;

  private static final int MAX_PREFIX = 4096;

  private final Path file;
  private final Map<String, Storage> storages = new LinkedHashMap<>();
  private final SortedSet<String> imports = new TreeSet<>();

  TorchTensors(Path file) {
    this.file = file;
  }

  /** Returns the storages referenced by the pickles, by key. */
  Map<String, Storage> storages() {
    return storages;
  }

  /** Returns the unknown names, which were not looked up. */
  SortedSet<String> imports() {
    return imports;
  }

  @Override
  public Optional<Object> call(Name callable, List<Object> arguments) {
    return switch (callable.toString()) {
      case "torch._utils._rebuild_tensor" -> Optional.of(view(arguments, 4, null));
      case "torch._utils._rebuild_tensor_v2" -> {
        requireNoBits(arguments, 6);
        yield Optional.of(view(arguments, 6, null));
      }
      case "torch._utils._rebuild_tensor_v3" -> {
        requireNoBits(arguments, 7);
        yield Optional.of(view(arguments, 7, argument(arguments, 6)));
      }
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
          Optional.of(argument(arguments, 0));
      case "torch._tensor._rebuild_from_type_v2" ->
          argument(arguments, 0) instanceof Name function
                  && !function.equals(callable) // or a list could contain itself
                  && argument(arguments, 2) instanceof Items items
              ? call(function, items.values)
              : Optional.empty();
      case "torch.Size" -> Optional.of(argument(arguments, 0));
      case "collections.OrderedDict", "collections.defaultdict" -> dict(callable, arguments);
      default -> {
        imports.add(callable.toString());
        yield Optional.empty();
      }
    };
  }

  private Optional<Object> dict(Name callable, List<Object> arguments) {
    var dict = new Dict();
    if (callable.name().equals("OrderedDict") && !arguments.isEmpty()) {
      for (Object pair : items(argument(arguments, 0), "entries of an OrderedDict")) {
        List<Object> entry = items(pair, "entry of an OrderedDict");
        dict.put(argument(entry, 0), argument(entry, 1));
      }
    }
    return Optional.of(dict);
  }

  @Override
  public Object persistent(List<Object> id) {
    Object kind = argument(id, 0);
    if (kind.equals("module")) { // files before 1.6 contain the source of a class
      return argument(id, 1);
    }
    if (!kind.equals("storage") || !(argument(id, 1) instanceof Name type)) {
      throw fault("persistent id: " + kind + " (expected: a storage)");
    }
    if (!(argument(id, 2) instanceof String key)) {
      throw fault("key of a storage: " + argument(id, 2) + " (expected: text)");
    }
    if (id.size() > 5 && id.get(5) != Pickle.NONE) {
      throw fault("storage " + key + ": a view of another storage (expected: a whole storage)");
    }
    boolean untyped = type.toString().equals("torch.storage.UntypedStorage");
    DType dtype = type.module().equals("torch") ? STORAGES.get(type.name()) : null;
    if (dtype == null && !untyped) {
      throw fault("storage %s: %s (expected: one of %s)".formatted(key, type, STORAGES.keySet()));
    }
    long elements = integer(argument(id, 4), "elements of storage " + key);
    int each = dtype == null ? 1 : dtype.bytes();
    if (elements < 0 || elements > Long.MAX_VALUE / each) {
      throw fault("elements of storage " + key + ": " + elements + " (expected: ≥ 0)");
    }
    var storage = new Storage(Optional.ofNullable(dtype), key, elements * each);
    Storage known = storages.putIfAbsent(key, storage);
    if (known != null && !known.equals(storage)) {
      throw fault("storage " + key + ": both " + known + " and " + storage);
    }
    return storage;
  }

  /** The last argument, if there is one, can negate or conjugate the elements of the storage. */
  private void requireNoBits(List<Object> arguments, int index) {
    Object bits = index < arguments.size() ? arguments.get(index) : Pickle.NONE;
    if (bits != Pickle.NONE && !(bits instanceof Dict dict && dict.entries.isEmpty())) {
      throw fault(
          "bits of a tensor: %s (expected: none)"
              .formatted(bits instanceof Dict dict ? dict.entries.keySet() : bits));
    }
  }

  private View view(List<Object> arguments, int least, @Nullable Object dtype) {
    if (arguments.size() < least) {
      throw fault("arguments of a tensor: %d (expected: %d)".formatted(arguments.size(), least));
    }
    if (!(arguments.get(0) instanceof Storage storage)) {
      throw fault("storage of a tensor: " + arguments.get(0) + " (expected: a storage)");
    }
    DType type =
        dtype == null
            ? storage.dtype().orElseThrow(() -> fault("storage " + storage.key() + ": no dtype"))
            : named(dtype);
    var view =
        new View(
            storage,
            type,
            integer(arguments.get(1), "offset"),
            integers(arguments.get(2), "size"),
            integers(arguments.get(3), "stride"));
    check(view);
    return view;
  }

  private DType named(Object dtype) {
    DType type =
        dtype instanceof Name name && name.module().equals("torch")
            ? DTYPES.get(name.name())
            : null;
    if (type == null) {
      throw fault("dtype: %s (expected: one of %s)".formatted(dtype, DTYPES.keySet()));
    }
    return type;
  }

  /** Checks that a tensor is inside its storage, computed without overflow. */
  private void check(View view) {
    long[] shape = view.shape();
    if (shape.length != view.strides().length || shape.length > MAX_RANK) {
      throw fault(
          "strides: %d for %d dimensions (expected: as many, at most %d)"
              .formatted(view.strides().length, shape.length, MAX_RANK));
    }
    BigInteger size = BigInteger.ONE;
    BigInteger last = BigInteger.valueOf(view.offset());
    boolean negative = view.offset() < 0;
    for (int d = 0; d < shape.length; d++) {
      negative |= shape[d] < 0 || view.strides()[d] < 0;
      size = size.multiply(BigInteger.valueOf(shape[d]));
      last =
          last.add(
              BigInteger.valueOf(shape[d] - 1).multiply(BigInteger.valueOf(view.strides()[d])));
    }
    if (negative) {
      throw fault("offset, sizes and strides of a tensor: one is negative (expected: ≥ 0)");
    }
    long held = view.storage().bytes() / view.dtype().bytes();
    if (size.compareTo(BigInteger.valueOf(MAX_ELEMENTS)) >= 0) {
      throw fault("elements of a tensor: " + size + " (expected: < 2^40)");
    }
    if (size.signum() > 0 && last.compareTo(BigInteger.valueOf(held)) >= 0) {
      throw fault(
          "last element of a tensor: %d (expected: < %d, the size of storage %s)"
              .formatted(last, held, view.storage().key()));
    }
    long elements = size.longValueExact();
    if (elements > SMALL && elements / MAX_EXPANSION > held) {
      throw fault(
          "elements of a tensor: %d (expected: at most %d times the %d of its storage)"
              .formatted(elements, MAX_EXPANSION, held));
    }
  }

  /** Finds the tensors by the rule in {@link TorchFile}. */
  StateDict find(Object top) {
    if (isStateDict(top)) {
      return new StateDict(withoutDataParallel(views((Dict) top)), "", List.of());
    }
    if (top instanceof Dict dict) {
      List<String> candidates =
          NESTED.stream().filter(key -> isStateDict(dict.entries.get(key))).toList();
      if (!candidates.isEmpty()) {
        String from = candidates.get(0);
        return new StateDict(
            withoutDataParallel(views((Dict) Objects.requireNonNull(dict.entries.get(from)))),
            from,
            candidates);
      }
    }
    if (top instanceof Items items
        && items.fixed
        && !items.values.isEmpty()
        && items.values.stream().allMatch(View.class::isInstance)) {
      var views = new LinkedHashMap<String, View>();
      items.values.forEach(view -> views.put(String.valueOf(views.size()), (View) view));
      return new StateDict(views, "", List.of());
    }
    if (isModule(top)) {
      Map<String, View> views = ofModule((Inert) top);
      if (!views.isEmpty()) {
        return new StateDict(views, "", List.of());
      }
    }
    throw fault(
        "no tensors by name (expected: a dictionary of them, or one under "
            + String.join(", ", NESTED)
            + ", or a TorchScript module)");
  }

  private static boolean isStateDict(@Nullable Object value) {
    return value instanceof Dict dict
        && dict.entries.keySet().stream().allMatch(String.class::isInstance)
        && dict.entries.values().stream().anyMatch(View.class::isInstance);
  }

  private static Map<String, View> views(Dict dict) {
    var views = new LinkedHashMap<String, View>();
    dict.entries.forEach(
        (name, value) -> {
          if (value instanceof View view) {
            views.put((String) name, view);
          }
        });
    return views;
  }

  private static Map<String, View> withoutDataParallel(Map<String, View> views) {
    if (!views.keySet().stream().allMatch(name -> name.startsWith(DATA_PARALLEL))) {
      return views;
    }
    var bare = new LinkedHashMap<String, View>();
    views.forEach((name, view) -> bare.put(name.substring(DATA_PARALLEL.length()), view));
    return bare;
  }

  private static boolean isModule(@Nullable Object value) {
    return value instanceof Inert inert
        && inert.callable instanceof Name type
        && type.module().startsWith("__torch__")
        && inert.state instanceof Dict;
  }

  private record Module(String prefix, Dict attributes) {}

  /** Collects the tensors of a TorchScript module and its submodules, like {@code state_dict()}. */
  private Map<String, View> ofModule(Inert top) {
    var views = new LinkedHashMap<String, View>();
    Deque<Module> waiting = new ArrayDeque<>();
    waiting.push(new Module("", attributes(top)));
    for (int seen = 0; !waiting.isEmpty(); seen++) {
      if (seen == MAX_MODULES) {
        throw fault("modules: more than " + MAX_MODULES);
      }
      Module module = waiting.pop();
      if (module.prefix().length() > MAX_PREFIX) {
        throw fault("a module's name: longer than " + MAX_PREFIX);
      }
      List<Module> inner = new ArrayList<>();
      module
          .attributes()
          .entries
          .forEach(
              (attribute, value) -> {
                String name = module.prefix() + attribute;
                if (value instanceof View view) {
                  views.put(name, view);
                } else if (isModule(value)) {
                  inner.add(new Module(name + ".", attributes((Inert) value)));
                }
              });
      Collections.reverse(inner);
      inner.forEach(waiting::push);
    }
    return views;
  }

  private static Dict attributes(Inert module) {
    return (Dict) Objects.requireNonNull(module.state);
  }

  private Object argument(List<Object> arguments, int index) {
    if (index >= arguments.size()) {
      throw fault("arguments: %d (expected: > %d)".formatted(arguments.size(), index));
    }
    return arguments.get(index);
  }

  private List<Object> items(Object value, String what) {
    if (value instanceof Items items) {
      return items.values;
    }
    throw fault(what + ": not a list (expected: a list or tuple)");
  }

  private long integer(Object value, String what) {
    if (value instanceof Long number) {
      return number;
    }
    throw fault(what + ": " + value + " (expected: a whole number below 2^63)");
  }

  private long[] integers(Object value, String what) {
    List<Object> values = items(value, what + " of a tensor");
    return values.stream().mapToLong(each -> integer(each, what)).toArray();
  }

  static long size(long[] shape) {
    long size = 1;
    for (long n : shape) {
      size *= n;
    }
    return size;
  }

  private CheckpointException fault(String reason) {
    return new CheckpointException(file, reason);
  }
}
