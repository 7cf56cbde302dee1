SELECT indicator, design_effect, n_groups FROM estimates.design_effects ORDER BY indicator
