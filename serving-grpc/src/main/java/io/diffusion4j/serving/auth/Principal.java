package io.diffusion4j.serving.auth;

import io.diffusion4j.diffusion.argument.Check;
import java.util.EnumSet;
import java.util.Set;

/**
 * Somebody who calls: a tenant, with requests and a quota of its own.
 *
 * @param name unique, for the log and for messages
 * @param roles what it may do
 * @param models the names of the models it may use, or {@value #EVERY_MODEL}
 * @param quota how much it may ask for
 */
public record Principal(String name, Set<Role> roles, Set<String> models, Quota quota) {
  /** Stands for the names of all models. */
  public static final String EVERY_MODEL = "*";

  /** Everybody, where nobody is asked who they are; nobody who may operate the server. */
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

  public Principal withQuota(Quota newQuota) {
    return new Principal(name, roles, models, newQuota);
  }

  /** Whether it may do that. */
  public boolean has(Role role) {
    return roles.contains(role);
  }

  /** Whether it may use the model of this name. */
  public boolean mayUse(String model) {
    return models.contains(EVERY_MODEL) || models.contains(model);
  }
}
