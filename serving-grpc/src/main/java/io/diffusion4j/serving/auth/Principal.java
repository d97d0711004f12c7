package io.diffusion4j.serving.auth;

import io.diffusion4j.diffusion.argument.Check;
import java.util.EnumSet;
import java.util.Set;

/**
 * An authenticated caller, such as a tenant, with requests and a quota of its own.
 *
 * @param name a unique name for logs and messages: 1 to 64 letters, digits, dots, dashes,
 *     underscores and @, of which the first is a letter or a digit
 * @param roles the permitted operations
 * @param models the names of the permitted models, or {@value #EVERY_MODEL} for all; not empty
 * @param quota the limits of its use
 */
public record Principal(String name, Set<Role> roles, Set<String> models, Quota quota) {
  /** Stands for the names of all models. */
  public static final String EVERY_MODEL = "*";

  /** The caller of a server without authentication: has every role except {@link Role#ADMIN}. */
  public static final Principal ANYBODY =
      new Principal(
          "anybody", EnumSet.complementOf(EnumSet.of(Role.ADMIN)), Set.of(EVERY_MODEL), Quota.NONE);

  public Principal {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")) {
      throw Check.refusal(
          "name", name, "up to 64 letters, digits, dots, dashes, underscores and @");
    }
    Check.that(!models.isEmpty(), "models", "none", "names, or " + EVERY_MODEL + " for all");
    roles = Set.copyOf(roles);
    models = Set.copyOf(models);
  }

  /** Returns this principal with another quota. */
  public Principal withQuota(Quota newQuota) {
    return new Principal(name, roles, models, newQuota);
  }

  /** Returns whether the principal has a role. */
  public boolean has(Role role) {
    return roles.contains(role);
  }

  /** Returns whether the principal may use the model with this name. */
  public boolean mayUse(String model) {
    return models.contains(EVERY_MODEL) || models.contains(model);
  }
}
