package io.diffusion4j.serving.request;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageSetting;
import io.diffusion4j.diffusion.stage.StageSetting.Offer;
import io.diffusion4j.diffusion.stage.StageSetting.Values;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.SupportedSetting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A resolver of the options of a stage into sampling settings. A field of the message belongs to
 * the {@link StageSetting} of the same name.
 */
public final class StageResolver {
  private StageResolver() {}

  /**
   * Fills in the default sampler, steps and guidance scale of a stage. Schedule, eta and
   * thresholding stay unset, because the stage's own values have no names.
   */
  public static StageOptions withDefaults(StageOptions options, Stage stage) {
    var resolved = options.toBuilder();
    write(values(options, stage.settings()).withDefaults(stage), stage.settings(), resolved);
    return resolved.build();
  }

  /**
   * Checks the options of a stage and returns its sampling settings.
   *
   * @param field the path of the options in the request
   * @param options the options with their defaults
   * @param violations the list to which faults of the options are added
   * @return the settings; empty if there is a violation
   */
  public static Optional<SamplingSettings> resolve(
      String field, Message options, Stage stage, Violations violations) {
    Values given = values(options, stage.settings());
    int before = violations.size();
    for (StageSetting<?> setting : stage.settings()) {
      check(field + "." + setting.name(), setting, stage, given, violations);
    }
    return violations.size() == before ? Optional.of(given.settings(stage)) : Optional.empty();
  }

  private static <T> void check(
      String field, StageSetting<T> setting, Stage stage, Values given, Violations violations) {
    setting
        .fault(stage, given)
        .ifPresent(
            expected -> {
              T value = given.get(setting).orElseThrow();
              String text = setting.kind().text(value);
              violations.add(field, value instanceof String ? Errors.quote(text) : text, expected);
            });
  }

  /** Returns the values of the fields that are set, for the settings that have a field. */
  public static Values values(Message options, List<StageSetting<?>> settings) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (StageSetting<?> setting : settings) {
      FieldDescriptor field = field(options, setting);
      if (field != null && isSet(options, field)) {
        Object value = options.getField(field);
        values.put(setting.name(), value instanceof Message pair ? pair(pair) : value);
      }
    }
    return new Values(values);
  }

  private static boolean isSet(Message options, FieldDescriptor field) {
    return field.hasPresence() ? options.hasField(field) : !options.getField(field).equals("");
  }

  private static List<Object> pair(Message message) {
    List<Object> both = new ArrayList<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      both.add(message.getField(field));
    }
    return both;
  }

  /** Sets the fields of values; settings without a field are left out. */
  public static void write(Values values, List<StageSetting<?>> settings, Message.Builder options) {
    for (StageSetting<?> setting : settings) {
      FieldDescriptor field = field(options.getDefaultInstanceForType(), setting);
      Object value = values.byName().get(setting.name());
      if (field != null && value != null) {
        options.setField(
            field, value instanceof List<?> pair ? message(pair, options, field) : value);
      }
    }
  }

  private static Message message(List<?> pair, Message.Builder options, FieldDescriptor field) {
    Message.Builder message = options.newBuilderForField(field);
    List<FieldDescriptor> fields = message.getDescriptorForType().getFields();
    for (int i = 0; i < fields.size(); i++) {
      message.setField(fields.get(i), pair.get(i));
    }
    return message.build();
  }

  private static @Nullable FieldDescriptor field(Message options, StageSetting<?> setting) {
    return options.getDescriptorForType().findFieldByName(setting.name());
  }

  /** Returns the settings that a stage reads, as the list of models describes them. */
  public static List<SupportedSetting> supported(Stage stage) {
    return stage.settings().stream()
        .filter(setting -> setting.reads().test(stage))
        .map(setting -> supported(setting, stage))
        .toList();
  }

  private static <T> SupportedSetting supported(StageSetting<T> setting, Stage stage) {
    Offer offer = setting.offer().apply(stage);
    SupportedSetting.Builder listed =
        SupportedSetting.newBuilder()
            .setName(setting.name())
            .setHelp(setting.help().formatted(stage.name()))
            .setForm(setting.kind().label())
            .addAllChoices(offer.names());
    setting
        .defaultValue()
        .apply(stage, new Values(Map.of()))
        .ifPresent(value -> listed.setDefaultValue(setting.kind().text(value)));
    if (Double.isFinite(offer.least())) {
      listed.setLeast(offer.least());
    }
    if (Double.isFinite(offer.most())) {
      listed.setMost(offer.most());
    }
    return listed.build();
  }
}
