"""Valuation of claims: what a debt is worth at a place, and why.

From the curves of a place (`place_terms`) to the months in which a claim brings money (`payments`), from there to
its present value (`valuation`), and to what the place costs against another (`discount`). What a debtor pays by
instalments instead: `plans`; which road to take: `roads`; what a package
tells of its debtors: `screening`. Nothing of a claim is stored.
"""
