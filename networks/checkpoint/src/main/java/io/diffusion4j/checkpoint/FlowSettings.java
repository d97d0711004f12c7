package io.diffusion4j.checkpoint;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.FlowSchedule;
import io.diffusion4j.diffusion.solver.FlowGrid;
import io.diffusion4j.diffusion.solver.FlowGrid.Form;
import io.diffusion4j.diffusion.solver.FlowSampler;
import io.diffusion4j.diffusion.solver.FlowSampler.Method;
import java.util.List;

/**
 * The settings of diffusers' {@code FlowMatchEulerDiscreteScheduler}, of its Heun and its LCM.
 *
 * @param shift {@code shift}, greater than 0
 * @param dynamic {@code use_dynamic_shifting}: the shift is that of the number of tokens instead
 * @param linear whether {@code time_shift_type} is "linear": μ itself shifts, not e^μ
 * @param baseShift μ at {@code baseTokens}
 * @param maxShift μ at {@code maxTokens}
 * @param baseTokens {@code base_image_seq_len}
 * @param maxTokens {@code max_image_seq_len}, greater
 * @param terminal {@code shift_terminal}; 0 for none
 * @param form {@code use_karras_sigmas}, {@code use_exponential_sigmas} or {@code use_beta_sigmas}
 * @param stochastic {@code stochastic_sampling}
 * @param tokens the number of tokens of the network's pictures, which is not in the file
 */
public record FlowSettings(
    double shift,
    boolean dynamic,
    boolean linear,
    double baseShift,
    double maxShift,
    int baseTokens,
    int maxTokens,
    double terminal,
    Form form,
    boolean stochastic,
    int tokens) {
  static final FlowSettings DEFAULT = of(1);

  private static final String TYPE = "time_shift_type";

  /** Checks the values that no level can be made of. */
  public FlowSettings {
    Check.that(
        maxTokens > baseTokens,
        "max_image_seq_len",
        maxTokens,
        "above base_image_seq_len, %s",
        baseTokens);
  }

  /** Returns the settings with a fixed shift and the defaults of the class. */
  static FlowSettings of(double shift) {
    return new FlowSettings(shift, false, false, 0.5, 1.15, 256, 4096, 0, Form.EVEN, false, 256);
  }

  FlowSettings withTokens(int other) {
    return new FlowSettings(
        shift,
        dynamic,
        linear,
        baseShift,
        maxShift,
        baseTokens,
        maxTokens,
        terminal,
        form,
        stochastic,
        other);
  }

  /**
   * Reads the settings; Heun's class has the shift only.
   *
   * @param lcm whether it is the LCM's class, which is always stochastic
   */
  static FlowSettings read(ComponentConfig c, boolean heun, boolean lcm) {
    double shift = c.doubleValue("shift", DEFAULT.shift);
    if (heun) {
      return of(shift);
    }
    c.supports("invert_sigmas", false);
    c.supports(TYPE, "exponential", "linear");
    if (lcm) {
      c.unset("scale_factors");
      c.optionalText("upscale_mode"); // for scale_factors only
    }
    int base = c.intValue("base_image_seq_len", DEFAULT.baseTokens);
    return new FlowSettings(
        shift,
        c.booleanValue("use_dynamic_shifting", false),
        c.text(TYPE, "exponential").equals("linear"),
        c.doubleValue("base_shift", DEFAULT.baseShift),
        c.doubleValue("max_shift", DEFAULT.maxShift),
        base,
        c.intValue("max_image_seq_len", DEFAULT.maxTokens),
        c.doubleValue("shift_terminal", 0),
        form(c),
        lcm || c.booleanValue("stochastic_sampling", false),
        base);
  }

  private static Form form(ComponentConfig c) {
    var forms = List.of(Form.KARRAS, Form.EXPONENTIAL, Form.BETA);
    List<Form> used = forms.stream().filter(form -> c.booleanValue(field(form), false)).toList();
    if (used.size() > 1) {
      throw c.invalid(field(used.get(1)), true, "at most one form of the sigmas");
    }
    return used.isEmpty() ? Form.EVEN : used.get(0);
  }

  private static String field(Form form) {
    return switch (form) {
      case EVEN -> throw new IllegalArgumentException("form: " + form);
      case KARRAS -> "use_karras_sigmas";
      case EXPONENTIAL -> "use_exponential_sigmas";
      case BETA -> "use_beta_sigmas";
    };
  }

  void write(ConfigWriter config, boolean heun, boolean lcm) {
    config.put("shift", shift);
    if (heun) {
      return;
    }
    for (Form each : List.of(Form.KARRAS, Form.EXPONENTIAL, Form.BETA)) {
      config.put(field(each), form == each);
    }
    if (!lcm) {
      config.put("stochastic_sampling", stochastic);
    }
    config
        .put("base_image_seq_len", baseTokens)
        .put("base_shift", baseShift)
        .put("invert_sigmas", false)
        .put("max_image_seq_len", maxTokens)
        .put("max_shift", maxShift)
        .put("shift_terminal", terminal == 0 ? null : terminal)
        .put(TYPE, linear ? "linear" : "exponential")
        .put("use_dynamic_shifting", dynamic);
  }

  /** Returns the levels of the training, which a dynamic shift leaves as they are. */
  FlowSchedule schedule(int trainTimesteps) {
    return new FlowSchedule(trainTimesteps, dynamic ? 1 : shift);
  }

  /** Returns the sampler of a step on these levels. */
  FlowSampler sampler(Method method) {
    double mu = FlowGrid.mu(tokens, baseTokens, baseShift, maxTokens, maxShift);
    double factor = dynamic ? linear ? mu : Math.exp(mu) : shift;
    return new FlowSampler(method, new FlowGrid(factor, dynamic, terminal, form, List.of(), false));
  }
}
