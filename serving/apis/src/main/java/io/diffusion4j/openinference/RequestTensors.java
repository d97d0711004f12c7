package io.diffusion4j.openinference;

import static com.google.common.base.Preconditions.checkState;

import com.google.protobuf.ByteString;
import io.diffusion4j.openinference.v2.InferParameter;
import io.diffusion4j.openinference.v2.ModelInferRequest;
import io.diffusion4j.openinference.v2.ModelInferRequest.InferInputTensor;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The input tensors of a request; violations are collected while they are read. */
final class RequestTensors {
  /** The limit of elements, above the needs of any input. */
  private static final int MAX_ELEMENTS = 1024;

  /** The content types that clients of other servers set for texts. */
  private static final String CONTENT_TYPE = "content_type";

  private static final Set<String> TEXT_TYPES = Set.of("str", "pd", "np");

  private record Tensor(TensorDatatype type, List<Object> elements) {}

  private final Map<Input, Tensor> tensors = new EnumMap<>(Input.class);
  private final Violations violations;

  RequestTensors(ModelInferRequest request, Violations violations) {
    this.violations = violations;
    int raw = request.getRawInputContentsCount();
    if (raw > 0 && raw != request.getInputsCount()) {
      violations.add(
          "raw_input_contents", raw + " contents", "one for each of the inputs, or none");
      return;
    }
    for (int i = 0; i < request.getInputsCount(); i++) {
      take(
          request.getInputs(i),
          raw == 0 ? Optional.empty() : Optional.of(request.getRawInputContents(i)));
    }
    if (!has(Input.PROMPT)) {
      violations.add(Input.PROMPT.path(), "none", "a text of type BYTES for each prompt");
    }
  }

  private void take(InferInputTensor tensor, Optional<ByteString> raw) {
    Optional<Input> input = Input.named(tensor.getName());
    if (input.isEmpty()) {
      violations.add("inputs", Errors.quote(tensor.getName()), Input.expected());
      return;
    }
    String path = input.get().path();
    tensor.getParametersMap().forEach((key, value) -> checkParameter(path, key, value));
    Optional<TensorDatatype> type = TensorDatatype.named(tensor.getDatatype());
    if (type.isEmpty()) {
      violations.add(
          path + ".datatype", Errors.quote(tensor.getDatatype()), TensorDatatype.expected());
      return;
    }
    OptionalInt count = count(tensor.getShapeList());
    if (count.isEmpty()) {
      violations.add(
          path + ".shape",
          tensor.getShapeList(),
          "sizes ≥ 1, of at most " + MAX_ELEMENTS + " elements");
      return;
    }
    List<Object> elements;
    try {
      elements =
          raw.isPresent()
              ? type.get().elements(raw.get(), count.getAsInt())
              : type.get().elements(tensor.getContents());
    } catch (IllegalArgumentException e) {
      violations.add(path, e);
      return;
    }
    if (elements.size() != count.getAsInt()) {
      violations.add(
          path + ".contents",
          elements.size() + " of type " + type.get(),
          count.getAsInt() + ", as the shape says");
    } else if (tensors.put(input.get(), new Tensor(type.get(), elements)) != null) {
      violations.add(path, "more than one", "one");
    }
  }

  /** Clients of some servers declare BYTES as texts, which they are here. */
  private void checkParameter(String path, String key, InferParameter value) {
    if (!key.equals(CONTENT_TYPE)) {
      violations.add(path + ".parameters", Errors.quote(key), CONTENT_TYPE + " or none");
    } else if (!TEXT_TYPES.contains(value.getStringParam())) {
      violations.add(
          path + ".parameters." + key,
          Errors.quote(value.getStringParam()),
          "one of " + String.join(", ", TEXT_TYPES.stream().sorted().toList()));
    }
  }

  /** Returns the number of elements; empty for an unsupported number. */
  private static OptionalInt count(List<Long> shape) {
    long count = 1;
    for (long size : shape) {
      if (size < 1 || size > MAX_ELEMENTS) {
        return OptionalInt.empty();
      }
      count *= size;
      if (count > MAX_ELEMENTS) {
        return OptionalInt.empty();
      }
    }
    return OptionalInt.of((int) count);
  }

  boolean has(Input input) {
    return tensors.containsKey(input);
  }

  /** Returns the number of prompts. */
  int prompts() {
    Tensor prompts = tensors.get(Input.PROMPT);
    return prompts == null ? 0 : prompts.elements().size();
  }

  /** Returns the text of this input for a prompt; empty if there is none, or a violation. */
  Optional<String> text(Input input, int prompt) {
    return element(input, prompt)
        .flatMap(
            element -> {
              if (element instanceof ByteString text && text.isValidUtf8()) {
                return Optional.of(text.toStringUtf8());
              }
              violations.add(input.path(), type(input), "BYTES that are UTF-8");
              return Optional.empty();
            });
  }

  /** Returns the seed for a prompt. */
  Optional<Long> seed(int prompt) {
    return element(Input.SEED, prompt)
        .flatMap(
            element -> {
              if (element instanceof Long seed
                  && (seed >= 0 || requireType(Input.SEED).isUnsigned())) {
                return Optional.of(seed);
              }
              violations.add(Input.SEED.path(), element, "an integer ≥ 0");
              return Optional.empty();
            });
  }

  /** Returns a number that all prompts have. */
  Optional<Integer> integer(Input input) {
    return element(input, 0)
        .flatMap(
            element -> {
              if (element instanceof Long value
                  && value == value.intValue()
                  && requireType(input).isInteger()) {
                return Optional.of(value.intValue());
              }
              violations.add(input.path(), describe(element), "an integer");
              return Optional.empty();
            });
  }

  /** Returns a number for all prompts, with or without a fraction. */
  Optional<Double> number(Input input) {
    return element(input, 0)
        .flatMap(
            element -> {
              if (element instanceof Number value) {
                return Optional.of(value.doubleValue());
              }
              violations.add(input.path(), describe(element), "a number");
              return Optional.empty();
            });
  }

  private static Object describe(Object element) {
    return element instanceof ByteString ? "BYTES" : element;
  }

  private TensorDatatype requireType(Input input) {
    Tensor tensor = tensors.get(input);
    checkState(tensor != null, "%s was read before", input);
    return tensor.type();
  }

  private String type(Input input) {
    return requireType(input).name();
  }

  private Optional<Object> element(Input input, int prompt) {
    Tensor tensor = tensors.get(input);
    if (tensor == null) {
      return Optional.empty();
    }
    int count = tensor.elements().size();
    if (count == 1) {
      return Optional.of(tensor.elements().get(0));
    }
    if (!input.each || count != prompts()) {
      if (prompt == 0) { // once
        violations.add(
            input.path() + ".shape",
            count + " elements",
            input.each ? "1, or one for each of " + prompts() + " prompts" : "1");
      }
      return Optional.empty();
    }
    return Optional.of(tensor.elements().get(prompt));
  }
}
