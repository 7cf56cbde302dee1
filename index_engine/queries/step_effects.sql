SELECT node, design_effect FROM estimates.step_effects
