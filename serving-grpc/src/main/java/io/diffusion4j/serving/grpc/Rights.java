package io.diffusion4j.serving.grpc;

import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Priority;
import jakarta.inject.Inject;
import java.util.List;

/**
 * Checks that principals may do what their calls request. Every method throws a {@link
 * io.grpc.StatusRuntimeException} with {@code PERMISSION_DENIED} otherwise.
 */
public final class Rights {
  private final Models models;

  /** Creates the checks for a server's models. */
  @Inject
  public Rights(Models models) {
    this.models = models;
  }

  /** Returns normally if the principal has the role. */
  public static void requireRole(Principal principal, Role role) {
    if (!principal.has(role)) {
      throw Errors.ROLE_MISSING.error(principal.name(), role);
    }
  }

  /** Returns normally if the principal may give a request its priority. */
  public static void requirePriority(Principal principal, GenerateImagesRequest request) {
    if (request.getPriority() == Priority.PRIORITY_HIGH) {
      requireRole(principal, Role.PRIORITY);
    }
  }

  /**
   * Returns normally if the principal may use a model.
   *
   * @param name the name as in a request; empty for the default model
   */
  public void requireModel(Principal principal, String name) {
    String model = name.isEmpty() ? models.defaultName() : name;
    if (!principal.mayUse(model)) {
      List<String> allowed = models.names().stream().filter(principal::mayUse).toList();
      throw Errors.MODEL_NOT_ALLOWED.error(model, principal.name(), allowed);
    }
  }
}
